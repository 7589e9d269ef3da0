// terraform-provider-sink serves the test-only sink provider.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/sink"
)

func main() {
	err := providerserver.Serve(context.Background(), sink.New, providerserver.ServeOpts{Address: sink.Address})
	if err != nil {
		log.Fatal(err)
	}
}
