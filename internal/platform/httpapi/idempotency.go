package httpapi

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Keyed is the header of every write. Huma reads parameters of embedded structs only where these are exported.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Any text of at most 255 printable characters. The same key with the same body gets the same answer for 24 hours and changes nothing a second time."`
}

// Conditional has the headers of a write to an object that exists.
type Conditional struct {
	Keyed
	IfMatch string `header:"If-Match" doc:"The etag in quotes that the object must still have. Absent for any."`
}

// Changes carries out writes, each in one transaction with the record that makes its repetition harmless.
type Changes struct {
	runner  *txn.Runner
	running sync.Map // the keys of the requests that this process is carrying out
}

// NewChanges returns what carries out the writes of one platform.
func NewChanges(runner *txn.Runner) *Changes { return &Changes{runner: runner} }

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
		Principal: access.From(ctx).Actor(), Method: r.method, Path: r.path, Key: key, BodyHash: r.body.Sum(nil),
	}
	running := strings.Join([]string{record.Principal, record.Method, record.Path, record.Key}, "\x00")
	if _, busy := c.running.LoadOrStore(running, true); busy {
		return nil, inProgress()
	}
	defer c.running.Delete(running)
	return c.perform(ctx, func(tx *txn.Tx) (*Answer, error) {
		if out, err := replay(ctx, tx, &record); out != nil || err != nil {
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
		out, err = do(tx)
		return err
	})
	if err != nil {
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

// replay finds the answer to an earlier request with the same key; nil for none.
func replay(ctx context.Context, tx *txn.Tx, record *store.Idempotent) (*Answer, error) {
	stored, err := tx.Idempotent(ctx, record.Principal, record.Method, record.Path, record.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !tx.Now.Before(stored.At.Add(api.IdempotencyRetention)) {
		// The sweep has not come to it yet. It goes now, so that the key can be used again.
		_, err := tx.ForgetIdempotent(ctx, tx.Now.Add(time.Microsecond-api.IdempotencyRetention))
		return nil, err
	}
	if !hmac.Equal(stored.BodyHash, record.BodyHash) {
		return nil, problem.New(api.CodeIdempotencyMismatch, "",
			"this Idempotency-Key was used with another body; use a new key for a new request")
	}
	out := &Answer{Status: stored.Status, ETag: stored.Etag, Location: stored.Location}
	if out.Status != http.StatusNoContent {
		out.Body = json.RawMessage(stored.Body)
	}
	return out, nil
}

// remember stores an answer for the repetitions of its request. The JSON is written as Huma writes it, so that a
// repetition gets the same bytes.
func remember(ctx context.Context, tx *txn.Tx, record *store.Idempotent, a *Answer) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.Body); err != nil {
		return fmt.Errorf("write the answer for its repetition: %w", err)
	}
	record.Body = bytes.TrimSpace(body.Bytes())
	record.Status, record.Etag, record.Location, record.At = a.Status, a.ETag, a.Location, tx.Now
	err := tx.InsertIdempotent(ctx, record)
	if errors.Is(err, store.ErrExists) { // on a database of several writers, another process was carrying it out
		return inProgress()
	}
	return err
}
