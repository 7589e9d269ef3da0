// Command terraform-provider-quickconnect serves the provider to Terraform, and nothing else.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger, and print how to attach Terraform to it")
	flag.Parse()
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/quickconnect/quickconnect",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
