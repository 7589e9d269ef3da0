package pages

import (
	_ "embed"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// actionsText defines the template "actions", which pages have that let somebody act on a credential.
//
//go:embed actions.html
var actionsText string

// actions are the forms by which a person contains or rotates a credential. A form that the person may not send is not
// there.
type actions struct {
	To         string // address of the credential
	Name       string
	Versions   string // which versions are valid
	Quarantine bool
	Release    bool
	Revoke     bool
	Rotate     bool
	Reissue    bool // there is no valid version: a rotation issues one anew
	Key        string
}

func actionsOn(r *Request, c *credential, versions []api.Version) actions {
	valid := ""
	for _, v := range versions {
		if v.EndedAt == nil {
			valid = join(valid, number(v.Version))
		}
	}
	contain := r.May(api.PermissionContain)
	return actions{
		To: r.object(c.kind.Path, c.ID), Name: c.Name, Versions: valid, Key: r.NewKey(),
		Quarantine: contain && valid != "" && c.Quarantine == nil, Release: contain && c.Quarantine != nil,
		Revoke: contain && valid != "", Reissue: valid == "",
		Rotate: r.May(api.PermissionWrite) && c.Rotation != nil && c.Hold == nil,
	}
}

func join(list, more string) string {
	if list == "" {
		return more
	}
	return list + ", " + more
}

// Any reports whether there is anything to do.
func (a actions) Any() bool { return a.Quarantine || a.Release || a.Revoke || a.Rotate }

func actionPages() []Page {
	return []Page{
		{Method: "POST", Path: "/credentials/{id}/quarantine", Serve: act("quarantine", quarantineOf)},
		{Method: "POST", Path: "/credentials/{id}/release-quarantine", Serve: act("release-quarantine", releaseOf)},
		{Method: "POST", Path: "/credentials/{id}/revoke", Serve: act("revoke", revocationOf)},
		{Method: "POST", Path: "/credentials/{id}/rotate", Serve: rotate},
	}
}

// Done is the parameter by which a form leads to a page that says what was done. It counts only where this site sent
// the browser there.
const Done = "done"

// done has what a page says after an action, by the word in its address.
var done = map[string]string{
	"quarantine":         "It is in quarantine: its valid versions are refused at every use from now on.",
	"release-quarantine": "The quarantine has ended: its versions are accepted again.",
	"revoke":             "Its versions are revoked. They are never accepted again.",
	"rotate":             "The next version was issued. Hand it to the consumers: the next terraform apply does.",
	"close":              "The finding is closed.",
}

// act serves a form that sends a verb with a body to the API.
func act(verb string, body func(url.Values) (any, error)) func(*Request) (*Answer, error) {
	return func(r *Request) (*Answer, error) {
		c, err := readCredential(r, r.Path("id"))
		if err != nil {
			return nil, err
		}
		in, err := body(r.Form)
		if err != nil {
			return nil, err
		}
		if err := r.API.Post(c.kind.Route(c.ID, verb), r.Form.Get("key"), in, nil); err != nil {
			return nil, err
		}
		return &Answer{SeeOther: r.To("/credentials/"+c.ID, Done, verb)}, nil
	}
}

func quarantineOf(f url.Values) (any, error) {
	return api.QuarantineRequest{Reason: f.Get("reason"), For: f.Get("for")}, nil
}

func releaseOf(f url.Values) (any, error) { return api.HoldRequest{Reason: f.Get("reason")}, nil }

// revocationOf refuses a form whose box is not ticked: a browser sends it only where somebody has seen what stops.
func revocationOf(f url.Values) (any, error) {
	if f.Get("confirm") != "true" {
		return nil, problem.New(api.CodeInvalid, "", "Nothing was revoked: tick the box that says that you have seen who "+
			"uses it.")
	}
	return api.RevokeRequest{All: true, Hold: f.Get("hold") == "true", Reason: f.Get("reason")}, nil
}

// rotate issues the next version, or a version anew where none is valid.
func rotate(r *Request) (*Answer, error) {
	c, err := readCredential(r, r.Path("id"))
	if err != nil {
		return nil, err
	}
	if c.Rotation == nil {
		return nil, problem.New(api.CodeInvalid, "", "The credentials of a connector come from the third party: set new "+
			"ones in its configuration.")
	}
	step := api.StepBegin
	if c.Rotation.Phase == api.PhaseRevoked {
		step = api.StepReissue
	}
	in := api.StepRequest{Reason: r.Form.Get("reason")}
	if err := r.API.Post(c.kind.Route(c.ID, "rotation", step), r.Form.Get("key"), in, nil); err != nil {
		return nil, err
	}
	return &Answer{SeeOther: r.To("/credentials/"+c.ID, Done, "rotate")}, nil
}
