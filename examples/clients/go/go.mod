module quickconnect-notifier

go 1.22
