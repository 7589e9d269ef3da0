// Command terraform-provider-quickconnect serves the provider to Terraform.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debugger := flag.Bool("debug", false, "run for a debugger, and print how to attach Terraform to the provider")
	flag.Parse()
	tune(os.Environ())
	err := provider.Serve(context.Background(), "registry.terraform.io/quickconnect/quickconnect", version, *debugger)
	if err != nil {
		log.Fatal(err)
	}
}

// tune removes the two largest costs of a plan over many objects (docs/benchmarks.md).
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
	// The framework writes dozens of trace lines for each object. Without TF_LOG, Terraform parses and discards them.
	if !set("TF_LOG") {
		_ = os.Setenv("TF_LOG_SDK", "OFF")
	}
	// The framework's memory for a request is garbage right after it. Collecting less often costs about ten megabytes.
	if !set("GOGC") {
		debug.SetGCPercent(400)
	}
}
