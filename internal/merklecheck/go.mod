module github.com/quickconnect/terraform-provider-quickconnect/internal/merklecheck

go 1.26.0

require github.com/transparency-dev/merkle v0.0.2
