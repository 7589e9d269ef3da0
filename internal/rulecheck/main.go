// Command rulecheck says which alerts fire, with the engine and the parsers of Prometheus. It is for tests, in a module
// of its own, because the product never needs it. It reads requests as JSON from its input, one after another, and
// prints to each the names of the alerts that fire.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// step is how often Prometheus scrapes, and evaluates the rules.
const step = 30 * time.Second

// request is what was scraped until a time, in seconds.
type request struct {
	Until   int64
	Scrapes []scrape
}

// scrape is the text of /metrics. It counts until the next one of the same target.
type scrape struct {
	At     int64
	Target string
	Text   string // empty: the target does not answer
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	rules := parser.NewParser(parser.Options{})
	groups, failed := rulefmt.ParseFile(path, false, model.UTF8Validation, rules, slog.New(slog.DiscardHandler))
	if err := errors.Join(failed...); err != nil {
		return err
	}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e7, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: rules,
	})
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r request
		if err := in.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		stored, err := store(r)
		if err != nil {
			return err
		}
		firing := []string{}
		for _, g := range groups.Groups {
			for _, rule := range g.Rules {
				fires, err := evaluate(engine, stored, rule, time.Unix(r.Until, 0))
				if err != nil {
					return fmt.Errorf("%s: %w", rule.Alert, err)
				}
				if fires {
					firing = append(firing, rule.Alert)
				}
			}
		}
		if err := out.Encode(firing); err != nil {
			return err
		}
	}
}

// evaluate reports whether the expression of a rule has had a result with the same labels for as long as it says.
func evaluate(engine *promql.Engine, stored *series, rule rulefmt.Rule, until time.Time) (bool, error) {
	begin := until.Add(-time.Duration(rule.For)).Truncate(step)
	if begin.Before(time.Unix(0, 0)) { // nothing was scraped before
		return false, nil
	}
	query, err := engine.NewRangeQuery(context.Background(), stored, nil, rule.Expr, begin, until, step)
	if err != nil {
		return false, err
	}
	defer query.Close()
	result := query.Exec(context.Background())
	matrix, err := result.Matrix()
	if err != nil {
		return false, err
	}
	steps := int(until.Sub(begin)/step) + 1
	for _, s := range matrix {
		if len(s.Floats) == steps {
			return true, nil
		}
	}
	return false, nil
}
