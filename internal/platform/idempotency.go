package platform

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
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

// answer is what a write answers, and what a repetition of it answers again.
type answer[V any] struct {
	status   int
	etag     string // unquoted
	location string
	body     V
}

// change carries out a write in one transaction, together with the record that makes its repetition harmless. The
// caller is authorised already; do checks If-Match.
func change[V any](ctx context.Context, p *Platform, key string, do func(*work) (answer[V], error)) (answer[V], error) {
	if key == "" {
		return perform(ctx, p, do)
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return answer[V]{}, newProblem(api.CodeInvalid, "", "header parameter Idempotency-Key: must be printable ASCII")
	}
	c := callOf(ctx)
	record := store.Idempotent{Principal: c.principal.ID, Method: c.method, Path: c.path, Key: key, BodyHash: c.body.Sum(nil)}
	if !p.running.begin(runningKey(&record)) {
		return answer[V]{}, inProgress()
	}
	defer p.running.end(runningKey(&record))
	return perform(ctx, p, func(w *work) (answer[V], error) {
		if out, found, err := replay[V](ctx, w, &record); found || err != nil {
			return out, err
		}
		out, err := do(w)
		if err != nil {
			return out, err
		}
		if record.Body, err = json.Marshal(out.body); err != nil {
			return out, fmt.Errorf("write the answer for its repetition: %w", err)
		}
		record.Status, record.Etag, record.Location, record.At = out.status, out.etag, out.location, w.now
		err = w.tx.InsertIdempotent(ctx, &record)
		if errors.Is(err, store.ErrExists) { // on a database of several writers, another process was carrying it out
			err = inProgress()
		}
		return out, err
	})
}

func inProgress() *problem {
	out := newProblem(api.CodeInProgress, "", "a request with this Idempotency-Key is still running; send it again to get its answer")
	out.retryAfter = 1
	return out
}

func perform[V any](ctx context.Context, p *Platform, do func(*work) (answer[V], error)) (out answer[V], err error) {
	err = p.update(ctx, func(w *work) (err error) {
		out, err = do(w)
		return err
	})
	return out, err
}

// replay finds the answer to an earlier request with the same key.
func replay[V any](ctx context.Context, w *work, record *store.Idempotent) (out answer[V], found bool, err error) {
	stored, err := w.tx.Idempotent(ctx, record.Principal, record.Method, record.Path, record.Key)
	if errors.Is(err, store.ErrNotFound) || err == nil && !w.now.Before(stored.At.Add(api.IdempotencyRetention)) {
		return out, false, w.forget(ctx, stored)
	}
	if err != nil {
		return out, false, err
	}
	if !hmac.Equal(stored.BodyHash, record.BodyHash) {
		return out, false, newProblem(api.CodeIdempotencyMismatch, "", "this Idempotency-Key was used with another body; use a new key for a new request")
	}
	if err := json.Unmarshal(stored.Body, &out.body); err != nil {
		return out, false, fmt.Errorf("read the answer of request %s %s: %w", record.Method, record.Path, err)
	}
	out.status, out.etag, out.location = stored.Status, stored.Etag, stored.Location
	return out, true, nil
}

// forget drops a record that has outlived its retention before the sweeper came to it, so that its key can be used anew.
func (w *work) forget(ctx context.Context, stored *store.Idempotent) error {
	if stored == nil {
		return nil
	}
	_, err := w.tx.ForgetIdempotent(ctx, w.now.Add(time.Microsecond-api.IdempotencyRetention))
	return err
}

func runningKey(r *store.Idempotent) string {
	return strings.Join([]string{r.Principal, r.Method, r.Path, r.Key}, "\x00")
}

// created is the answer to a create.
type created[V any] struct {
	ETag     string `header:"ETag" doc:"The etag of the object in quotes, for If-Match."`
	Location string `header:"Location" doc:"The path of the new object."`
	Body     V
}

func createdAt[V any](n noun, o *store.Object, body V) answer[V] {
	return answer[V]{status: http.StatusCreated, etag: etagOf(o), location: "/v1/" + n.kind + "/" + o.ID, body: body}
}

func asCreated[V any](a answer[V], err error) (*created[V], error) {
	if err != nil {
		return nil, err
	}
	return &created[V]{ETag: quoted(a.etag), Location: a.location, Body: a.body}, nil
}

// shown is the answer to a read or a change of one object.
type shown[V any] struct {
	ETag string `header:"ETag" doc:"The etag of the object in quotes, for If-Match."`
	Body V
}

func nowIs[V any](o *store.Object, body V) answer[V] {
	return answer[V]{status: http.StatusOK, etag: etagOf(o), body: body}
}

func asShown[V any](a answer[V], err error) (*shown[V], error) {
	if err != nil {
		return nil, err
	}
	return &shown[V]{ETag: quoted(a.etag), Body: a.body}, nil
}

// deleted is the answer to a DELETE: nothing.
type deleted struct{}

func gone() answer[deleted] { return answer[deleted]{status: http.StatusNoContent} }

func asDeleted(_ answer[deleted], err error) (*deleted, error) {
	if err != nil {
		return nil, err
	}
	return &deleted{}, nil
}
