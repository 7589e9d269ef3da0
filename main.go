// Command terraform-provider-quickconnect serves the provider to Terraform, and nothing else.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debugger := flag.Bool("debug", false, "serve for a debugger, and print how to attach Terraform to it")
	flag.Parse()
	tune(os.Environ())
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/quickconnect/quickconnect",
		Debug:   *debugger,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// tune takes away the two largest costs of a plan over many objects, which have nothing to do with them (docs/benchmarks.md).
func tune(environment []string) {
	set := func(prefix string) bool {
		for _, variable := range environment {
			name, value, _ := strings.Cut(variable, "=")
			if strings.HasPrefix(name, prefix) && value != "" {
				return true
			}
		}
		return false
	}
	// The framework writes dozens of trace lines for each object whether or not somebody reads them. Without any TF_LOG, Terraform
	// parses them and throws them away.
	if !set("TF_LOG") {
		_ = os.Setenv("TF_LOG_SDK", "OFF")
	}
	// What the framework allocates for a request is garbage right after it, and little is live: collecting less often costs some
	// ten megabytes.
	if !set("GOGC") {
		debug.SetGCPercent(400)
	}
}
