package httpapi

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Keyed is the header of every write. Huma reads parameters of embedded structs only where these are exported.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Any text of at most 255 printable characters. For 24 hours, the same key with the same body changes nothing a second time: the answer has the status, the etag and the rotation object of the first one, and otherwise shows the object as it is then."`
}

// Conditional has the headers of a write to an object that exists.
type Conditional struct {
	Keyed
	IfMatch string `header:"If-Match" doc:"The etag in quotes that the object must still have. Absent for any."`
}

// Changes carries out writes, each in one transaction with the record that makes its repetition harmless.
type Changes struct {
	runner  *txn.Runner
	log     *slog.Logger
	limits  limits.Config
	running sync.Map // the keys of the requests that this process is carrying out
	shows   map[string]Show
}

// Show reads what the answer about an object shows now. It runs in a transaction that may write.
type Show func(ctx context.Context, tx *txn.Tx, id string) (any, error)

// NewChanges returns what carries out the writes of one platform, within its limits.
func NewChanges(runner *txn.Runner, limited limits.Config, log *slog.Logger) *Changes {
	return &Changes{runner: runner, limits: limited, log: log, shows: map[string]Show{}}
}

// Shows sets how a repetition reads the objects whose ids have a prefix. It must not be called once requests come in.
func (c *Changes) Shows(idPrefix string, show Show) { c.shows[idPrefix] = show }

// Do carries out a write on behalf of the caller, who is authorised already. The function checks If-Match. It is not
// called where the answer to an earlier request with the same key is stored.
func (c *Changes) Do(ctx context.Context, key string, do func(*txn.Tx) (*Answer, error)) (*Answer, error) {
	if key == "" {
		return c.perform(ctx, do)
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, problem.New(api.CodeInvalid, "", "header parameter Idempotency-Key: must be printable ASCII")
	}
	r := requestOf(ctx)
	record := store.Idempotent{
		Scope: access.CallerOf(ctx).Scope, Principal: access.From(ctx).Actor(), Method: r.method, Path: r.path, Key: key,
		BodyHash: r.body.Sum(nil),
	}
	running := strings.Join([]string{record.Principal, record.Method, record.Path, record.Key}, "\x00")
	if _, busy := c.running.LoadOrStore(running, true); busy {
		return nil, inProgress()
	}
	defer c.running.Delete(running)
	return c.perform(ctx, func(tx *txn.Tx) (*Answer, error) {
		if out, err := c.replay(ctx, tx, &record); out != nil || err != nil {
			return out, err
		}
		out, err := do(tx)
		if err != nil {
			return nil, err
		}
		return out, remember(ctx, tx, &record, out)
	})
}

func (c *Changes) perform(
	ctx context.Context, do func(*txn.Tx) (*Answer, error),
) (out *Answer, err error) {
	err = c.runner.Update(ctx, access.CallerOf(ctx), func(tx *txn.Tx) (err error) {
		if out, err = do(tx); err != nil {
			return err
		}
		if err := RemoveUnused(ctx, tx); err != nil { // the last user of something may have left
			return err
		}
		return c.checkStored(ctx, tx)
	})
	if err := c.runner.Keep(ctx, access.CallerOf(ctx), err); err != nil {
		return nil, err
	}
	return out, nil
}

func inProgress() error {
	out := problem.New(api.CodeInProgress, "",
		"a request with this Idempotency-Key is still running; send it again to get its answer")
	out.RetryAfter = 1
	return out
}

// replay finds the answer to an earlier request with the same key; nil for none. It has the status, the etag and the
// rotation object of that time, and otherwise the object as it is now.
func (c *Changes) replay(ctx context.Context, tx *txn.Tx, record *store.Idempotent) (*Answer, error) {
	stored, err := tx.Idempotent(ctx, record.Principal, record.Method, record.Path, record.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !tx.Paused && !tx.Now.Before(stored.At.Add(api.IdempotencyRetention)) {
		// The sweep has not come to it yet. It goes now, so that the key can be used again.
		return nil, tx.DeleteIdempotent(ctx, stored)
	}
	if !hmac.Equal(stored.BodyHash, record.BodyHash) {
		return nil, problem.New(api.CodeIdempotencyMismatch, "",
			"this Idempotency-Key was used with another body; use a new key for a new request")
	}
	out := &Answer{Status: stored.Status, ID: stored.ObjectID, ETag: stored.Etag, Location: stored.Location}
	switch {
	case out.Status == http.StatusNoContent:
	case stored.Body != nil:
		out.Body = json.RawMessage(stored.Body)
	default:
		out.Body, err = c.shown(ctx, tx, stored)
	}
	return out, err
}

// shown reads the object of an earlier answer.
func (c *Changes) shown(ctx context.Context, tx *txn.Tx, stored *store.Idempotent) (any, error) {
	prefix, _, _ := strings.Cut(stored.ObjectID, "_")
	show, ok := c.shows[prefix+"_"]
	if !ok {
		return nil, fmt.Errorf("no kind of object shows the id %q", stored.ObjectID)
	}
	now, err := show(ctx, tx, stored.ObjectID)
	if problem.IsNotFound(err) {
		return nil, problem.New(api.CodeNotFound, "", "the request with this Idempotency-Key was carried out, "+
			"but %s does not exist any more; use a new key for a new request", stored.ObjectID)
	}
	if err != nil {
		return nil, err
	}
	return asAnswered(now, stored.Etag, stored.Rotation)
}

// remember stores what the repetitions of a request need of its answer.
func remember(ctx context.Context, tx *txn.Tx, record *store.Idempotent, a *Answer) (err error) {
	if record.Rotation, err = rotationOf(a.Body); err != nil {
		return fmt.Errorf("write the rotation object for a repetition: %w", err)
	}
	record.ObjectID = a.ID
	record.Status, record.Etag, record.Location, record.At = a.Status, a.ETag, a.Location, tx.Now
	err = tx.InsertIdempotent(ctx, record)
	if errors.Is(err, store.ErrExists) { // on a database of several writers, another process was carrying it out
		return inProgress()
	}
	return err
}

// The members of a body that a repetition gets as they were.
const (
	memberEtag     = "Etag"
	memberRotation = "Rotation"
)

// rotationOf returns the rotation object of a body as JSON; nil for none.
func rotationOf(body any) ([]byte, error) {
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Struct {
		return nil, nil
	}
	member := v.FieldByName(memberRotation)
	if !member.IsValid() {
		return nil, nil
	}
	return json.Marshal(member.Interface())
}

// asAnswered returns a body with the etag and the rotation object of an earlier answer.
func asAnswered(now any, etag string, rotation []byte) (any, error) {
	out := reflect.New(reflect.TypeOf(now)).Elem()
	out.Set(reflect.ValueOf(now))
	if member := out.FieldByName(memberEtag); etag != "" && member.IsValid() {
		member.SetString(etag)
	}
	if rotation != nil {
		member := out.FieldByName(memberRotation)
		member.SetZero()
		if err := json.Unmarshal(rotation, member.Addr().Interface()); err != nil {
			return nil, fmt.Errorf("read the rotation object of an earlier answer: %w", err)
		}
	}
	return out.Interface(), nil
}
