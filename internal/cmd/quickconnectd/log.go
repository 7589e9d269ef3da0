package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// newLogger logs one JSON object a line, with durations in words.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: durationsInWords}))
}

func durationsInWords(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(inWords(a.Value.Duration()))
	}
	return a
}

// inWords writes a duration as its two largest units: "1 hour 30 minutes". What is smaller is cut off.
func inWords(d time.Duration) string {
	if d < 0 {
		return "minus " + inWords(-d)
	}
	var words []string
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{
		{"day", 24 * time.Hour},
		{"hour", time.Hour},
		{"minute", time.Minute},
		{"second", time.Second},
		{"millisecond", time.Millisecond},
	} {
		n := d / unit.length
		d %= unit.length
		if n == 0 {
			if len(words) > 0 {
				break // no "1 day 3 seconds"
			}
			continue
		}
		name := unit.name
		if n != 1 {
			name += "s"
		}
		if words = append(words, fmt.Sprintf("%d %s", n, name)); len(words) == 2 {
			break
		}
	}
	if len(words) == 0 {
		return "less than 1 millisecond"
	}
	return strings.Join(words, " ")
}

// logStart logs which build serves what.
func logStart(ctx context.Context, s *store.Store, dir string, log *slog.Logger) error {
	path, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	var n store.Counts
	err = s.View(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.Counts(ctx)
		return err
	})
	if err != nil {
		return err
	}
	log.Info("quickconnectd starts", "version", version, "data_dir", path, "tenants", n.Tenants,
		"environments", n.Environments, "objects", n.Objects)
	return nil
}
