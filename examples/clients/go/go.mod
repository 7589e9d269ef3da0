module quickconnect-client

go 1.22
