module quickconnect-receiver

go 1.22
