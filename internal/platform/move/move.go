// Package move moves a platform from an SQLite database to a PostgreSQL database: it copies every table, compares the
// two sides, marks the source as left, and only then lets the target be used.
package move

import (
	"context"
	"errors"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/postgres"
)

// Config says what moves where.
type Config struct {
	From string // the file of the SQLite database
	To   string // the URL of the PostgreSQL database; no error has it
	// Clock is the time that both databases note.
	Clock clock.Clock
	// Report is told how far the move is. It may be nil.
	Report func(Progress)
}

// Progress is how far a move is.
type Progress struct {
	Table      string
	Done, Rows int64 // of the table: the rows that are copied, and all
	// Place is the target, as messages name it.
	Place string
	// Resumed is true where an earlier attempt began.
	Resumed bool
}

// Run moves a platform, or goes on with a move that was interrupted. No server may have the source: the caller has the
// lock of its directory. It returns what each table has on both sides, also with an error where that is known.
func Run(ctx context.Context, c Config) (sums []Sum, err error) {
	s, err := openSource(ctx, c.From)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	t, err := openTarget(ctx, c.To, s, c.Clock.Now())
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, t.close())
		if err != nil && (ctx.Err() != nil || errors.Is(err, outage.ErrUnavailable)) {
			err = fmt.Errorf("the move was interrupted: run the same command again, which goes on where it stopped: %w", err)
		}
	}()
	for _, table := range s.tables {
		if err := c.copyTable(ctx, s, t, table); err != nil {
			return nil, err
		}
	}
	for _, table := range s.tables {
		sum, err := compare(ctx, s, t, table)
		if err != nil {
			return sums, err
		}
		sums = append(sums, sum)
	}
	at := c.Clock.Now()
	if err := s.mark(ctx, t.name, t.began, at); err != nil {
		return sums, err
	}
	// A process that ends here leaves a move that has not ended, and a source that nothing uses: the next attempt finds
	// everything there, compares it again, and comes here.
	return sums, t.end(ctx, at)
}

// copyTable copies the rows of a table that are not there yet.
func (c Config) copyTable(ctx context.Context, s *source, t *target, of table) error {
	p := Progress{Table: of.name, Place: t.name, Resumed: t.resumed}
	after, err := of.last(ctx, t.read)
	if err != nil {
		return t.failed(err)
	}
	if p.Rows, err = of.count(ctx, s.tx); err != nil {
		return sqliteError(err)
	}
	if after != nil {
		if p.Done, err = of.count(ctx, t.read); err != nil {
			return t.failed(err)
		}
	}
	for {
		c.report(p)
		page, err := of.page(ctx, s.tx, after)
		if err != nil {
			return sqliteError(err)
		}
		if len(page) == 0 {
			return nil
		}
		err = inTime(ctx, pageLimit, func(ctx context.Context) error {
			return postgres.Copy(ctx, t.write, t.attempt, of.name, of.columnNames(), page)
		})
		if err != nil {
			return t.failed(fmt.Errorf("copying table %s: %w", of.name, err))
		}
		p.Done += int64(len(page))
		after = of.keyOf(page[len(page)-1])
	}
}

func (c Config) report(p Progress) {
	if c.Report != nil {
		c.Report(p)
	}
}

// compare compares a table on both sides.
func compare(ctx context.Context, s *source, t *target, of table) (Sum, error) {
	want, err := of.sum(ctx, s.tx)
	if err != nil {
		return want, sqliteError(err)
	}
	got, err := of.sum(ctx, t.read)
	if err != nil {
		return got, t.failed(err)
	}
	if got != want {
		next := "run quickconnectd migrate again"
		if s.gone { // an earlier attempt ended between the two marks
			next = "run quickconnectd migrate --undo, and then quickconnectd migrate again"
		}
		return got, fmt.Errorf("table %s is not the same on both sides: %d rows with the checksum %s in %s, and %d rows "+
			"with the checksum %s in %s: one side was changed since the move began; nothing is lost in %[4]s: drop the "+
			"database %[7]s, create it again, and %s",
			of.name, want.Rows, want.SHA256, s.path, got.Rows, got.SHA256, t.name, next)
	}
	return got, nil
}
