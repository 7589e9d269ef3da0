package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// step takes one step of a rotation.
func step[T object](
	ctx context.Context, c *Client, kind api.Kind, id, verb string, in api.StepRequest, w Write,
) (*T, error) {
	r, err := below(kind, id, http.MethodPost, stepping[verb], api.PermissionWrite, "rotation", verb)
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes, r.step = in, w, true, true
	return fetch[T](ctx, c, r)
}

// stepping says what a step does, for "Cannot … scoped token tok_…".
var stepping = map[string]string{
	api.StepBegin:       "begin a rotation of",
	api.StepRotate:      "rotate",
	api.StepAcknowledge: "acknowledge the pending version of",
	api.StepPromote:     "promote the pending version of",
	api.StepRetire:      "retire the previous version of",
	api.StepCancel:      "cancel the pending version of",
	api.StepRollback:    "roll back",
	api.StepReissue:     "reissue",
}

// acknowledge takes the one step that a principal can take who may not read the object. It then has no response body.
func acknowledge[T object](ctx context.Context, c *Client, kind api.Kind, id string, version int64, w Write) error {
	r, err := below(kind, id, http.MethodPost, stepping[api.StepAcknowledge], api.PermissionAcknowledge,
		"rotation", api.StepAcknowledge)
	if err != nil {
		return err
	}
	r.body, r.write, r.changes, r.step = api.StepRequest{Version: &version}, w, true, true
	r.emptyStatus = http.StatusNoContent
	out := new(T)
	if err := c.do(ctx, r, out); err != nil {
		return err
	}
	if r.empty {
		return nil
	}
	return c.checkObject(r, (*out).AsObject())
}

// The verbs of a quarantine in the paths of the API.
const (
	verbQuarantine        = "quarantine"
	verbReleaseQuarantine = "release-quarantine"
)

// containing says what a verb does that is not the word of its path, for "Cannot … scoped token tok_…".
var containing = map[string]string{
	verbQuarantine: "put in quarantine the", verbReleaseQuarantine: "release from quarantine the",
}

// contain sends revoke, hold, quarantine, or a release.
func contain[T object](ctx context.Context, c *Client, kind api.Kind, id, verb string, in any, w Write) (*T, error) {
	does := cmp.Or(containing[verb], verb)
	r, err := below(kind, id, http.MethodPost, does, api.PermissionContain, verb)
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = in, w, true
	return fetch[T](ctx, c, r)
}

// reveal reads the value of one valid version.
func reveal(ctx context.Context, c *Client, kind api.Kind, id string, version int64) (*api.Reveal, error) {
	r, err := below(kind, id, http.MethodPost, "reveal", api.PermissionReveal,
		"versions", strconv.FormatInt(version, 10), "reveal")
	if err != nil {
		return nil, err
	}
	r.keeps = true
	out := &api.Reveal{}
	if err := c.do(ctx, r, out); err != nil {
		return nil, err
	}
	c.known.issued(out.Value.Expose())
	switch {
	case out.Value.IsEmpty():
		return nil, r.notTheAPI()
	case out.Version != version:
		return nil, r.otherAnswer(fmt.Sprintf("version %d of %s", version, r.object),
			fmt.Sprintf("version %d", out.Version))
	}
	return out, nil
}

// versions reads the metadata of every version.
func versions(ctx context.Context, c *Client, kind api.Kind, id string) ([]api.Version, error) {
	r, err := below(kind, id, http.MethodGet, "list the versions of", api.PermissionRead, "versions")
	if err != nil {
		return nil, err
	}
	return allPages[api.Version](ctx, c, r, nil)
}
