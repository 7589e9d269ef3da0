// Command mutants shows what the tests can notice: it changes the code in one place at a time and runs the tests over
// the change.
//
// A change that fails a test is killed. A change that no test fails survives: either a test is missing, or the code
// does not need what was changed. The files on disk stay as they are; the go command gets each change as an overlay.
//
//	go run ./internal/cmd/mutants -n 60 -seed 7 -then ./internal/platform ./internal/rotation ./internal/client
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run parses the command line and tries every mutant. A survivor is no error: a person decides about it.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	count := flags.Int("n", 60, "how many mutants to try")
	seed := flags.Uint64("seed", 1, "the same seed chooses the same mutants of the same code")
	then := flags.String("then", "", "packages whose tests run if those of the mutant's own package pass, by comma")
	limit := flags.Duration("timeout", 5*time.Minute,
		"how long the tests may take over one mutant; a mutant that takes longer is killed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("name the directories of the code to change, such as ./internal/rotation")
	}
	sites, err := findSites(flags.Args())
	if err != nil {
		return err
	}
	chosen := choose(sites, *count, *seed)
	trial := trial{limit: *limit, uses: map[string]string{}}
	if *then != "" {
		trial.then = strings.Split(*then, ",")
	}
	counts := map[string]int{}
	for _, m := range chosen {
		result, err := trial.try(ctx, m)
		if err != nil {
			return err
		}
		counts[result]++
		fmt.Printf("%s\t%s\n", result, m)
	}
	fmt.Printf("%d mutants of %d places: %d killed, %d survived, %d did not compile\n",
		len(chosen), len(sites), counts[killed], counts[survived], counts[invalid])
	return nil
}
