module github.com/quickconnect/terraform-provider-quickconnect/internal/historycheck

go 1.26.0

require github.com/anishathalye/porcupine v1.3.1
