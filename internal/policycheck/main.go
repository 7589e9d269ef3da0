// Command policycheck runs the policies of examples/policies with OPA as a library. It is for tests, in a module of its
// own, because the product never needs it. It reads requests as JSON from its input, one after another, and prints an
// answer to each.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"
)

// request names a document of the policies, and what it is about. Exceptions take the place of those in settings.yaml.
type request struct {
	Query      string
	Input      any
	Exceptions []any
}

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	if err := formatted(dir); err != nil {
		return err
	}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r request
		if err := in.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		answer, err := evaluate(ctx, dir, r)
		if err != nil {
			return err
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
}

// evaluate reads the policies as `opa eval --data DIR` does.
func evaluate(ctx context.Context, dir string, r request) (any, error) {
	query := r.Query
	if r.Exceptions != nil {
		text, err := json.Marshal(r.Exceptions)
		if err != nil {
			return nil, err
		}
		query += " with data.quickconnect_exceptions as " + string(text)
	}
	results, err := rego.New(rego.Query(query), rego.Input(r.Input), rego.Strict(true),
		rego.StrictBuiltinErrors(true), rego.Load([]string{dir}, nil)).Eval(ctx)
	if err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, fmt.Errorf("%s has no value", r.Query)
	}
	return results[0].Expressions[0].Value, nil
}

// formatted fails for a file that `opa fmt` would change.
func formatted(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	policies := root.FS()
	return fs.WalkDir(policies, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".rego" {
			return err
		}
		text, err := fs.ReadFile(policies, path)
		if err != nil {
			return err
		}
		fresh, err := format.Source(path, text)
		if err == nil && string(fresh) != string(text) {
			err = fmt.Errorf("%s is not formatted: opa fmt -w %s", path, dir)
		}
		return err
	})
}
