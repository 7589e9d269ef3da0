package postgres

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/outage"
)

func TestBind(t *testing.T) {
	none := (*string)(nil)
	some := "s"
	for range 2 { // the second time from memory
		text, args, err := Bind("SELECT $1, $2 WHERE $10 = 0 OR at < $10 AND $3 = $4",
			[]any{"a", 7, []byte("b"), none, 1, 1, 1, 1, 1, int64(5)})
		if want := "SELECT $1::text, $2::bigint WHERE $10::bigint = 0 OR at < $10::bigint AND $3::bytea = $4"; text != want ||
			err != nil {
			t.Errorf("%s %v", text, err)
		}
		if want := []any{"a", int64(7), []byte("b"), nil}; !reflect.DeepEqual(args[:4], want) {
			t.Errorf("%v", args)
		}
	}
	if text, _, err := Bind("SELECT $1", []any{&some}); text != "SELECT $1::text" || err != nil {
		t.Errorf("the same statement with another type: %s %v", text, err)
	}
	if _, _, err := Bind("SELECT $1", []any{struct{}{}}); err == nil {
		t.Error("a value without a type of the database was bound")
	}
}

func TestMigration(t *testing.T) {
	got := Migration("-- TEXT stays\n  a TEXT NOT NULL,\n  CONTEXT BIGINT\n")
	if want := "-- TEXT stays\n  a TEXT COLLATE \"C\" NOT NULL,\n  CONTEXT BIGINT\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestErrors(t *testing.T) {
	of := func(code string) error { return fmt.Errorf("failed: %w", &pgconn.PgError{Code: code}) }
	for code, want := range map[string]outage.Reason{
		"25006": outage.ReadOnly, "53100": outage.Full, "53300": outage.Connections, "53200": outage.Memory,
		"55P03": outage.Locked,
		"57P01": outage.Ended, "57P03": outage.Unreachable, "08P01": outage.Unreachable, "58030": outage.DiskError,
		"23505": "", "42601": "", "40001": "", "57014": "",
	} {
		if got := Unavailable(of(code)); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := Unavailable(fmt.Errorf("read: %w", io.ErrUnexpectedEOF)); got != outage.Ended {
		t.Errorf("a broken connection: %q", got)
	}
	if Unavailable(errors.New("other")) != "" || Unavailable(nil) != "" {
		t.Error("an error of something else is an outage")
	}
	if !Conflict(of("40001")) || !Conflict(of("40P01")) || Conflict(of("23505")) {
		t.Error("conflicts")
	}
	primary := &pgconn.PgError{Code: "23505", ConstraintName: "connectors_pkey"}
	name := &pgconn.PgError{Code: "23505", ConstraintName: "connectors_name"}
	if ViolatesUnique(primary) || !ViolatesUnique(name) || !ViolatesReference(of("23503")) {
		t.Error("constraints")
	}
}
