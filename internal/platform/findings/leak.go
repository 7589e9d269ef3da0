package findings

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/notifications"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const (
	maxLeakBytes = 256 << 10
	maxLeaks     = 200
)

func (h *Handler) mountLeaks(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "reportLeaks", Method: http.MethodPost, Path: "/v1/leaks", Tag: tag, Open: true, Limit: limits.Address,
		MaxBodyBytes: maxLeakBytes, Returns: []api.LeakAnswer{}, Summary: "Report leaked values",
		Description: "Takes reports in the format of GitHub's secret scanning partner programme: a JSON array of " +
			"{token, type, url, source}, at most 200 of them. It asks for no bearer token: Github-Public-Key-Signature " +
			"must be the base64 of an ECDSA signature (P-256, SHA-256, ASN.1) over the body, by the key that " +
			"Github-Public-Key-Identifier names and that the option --leak-keys of quickconnectd has. Everything else is " +
			"refused with 401 and the same words, and looks nothing up. Each value of the platform opens a finding leaked " +
			"in its environment, whose policy says in on_finding what happens at once. The answers are in the order of the " +
			"reports, and true_positive says that a value is or was one of this platform.",
	}, h.report)
}

type reportInput struct {
	KeyID     string `header:"Github-Public-Key-Identifier" doc:"Which key signed the body."`
	Signature string `header:"Github-Public-Key-Signature" doc:"The signature over the body, in base64."`
	RawBody   []byte `contentType:"application/json"`
}

// report authenticates by the signature before it reads the body.
func (h *Handler) report(ctx context.Context, in *reportInput) (*httpapi.Answer, error) {
	if !h.signed(in.KeyID, in.Signature, in.RawBody) {
		return nil, problem.New(api.CodeUnauthenticated, "", "the report is not signed by a key that this platform knows; "+
			"nothing was looked up")
	}
	var reports []api.LeakReport
	if err := json.Unmarshal(in.RawBody, &reports); err != nil {
		return nil, problem.New(api.CodeInvalid, "", "the body must be a JSON array of objects with token, type, url and "+
			"source; nothing was looked up")
	}
	if len(reports) > maxLeaks {
		return nil, problem.New(api.CodeInvalid, "", "the body must have %d reports at most; nothing was looked up", maxLeaks)
	}
	out := []api.LeakAnswer{}
	for _, r := range reports {
		mine, err := h.take(ctx, r, in.KeyID)
		if err != nil {
			return nil, err
		}
		answer := api.LeakAnswer{TokenHash: keys.ReportHash(r.Token), TokenType: r.Type, Label: api.LeakFalsePositive}
		if mine {
			answer.Label = api.LeakTruePositive
		}
		out = append(out, answer)
	}
	return httpapi.Body(out), nil
}

// take takes one report. mine is whether the value is or was one of the platform.
func (h *Handler) take(ctx context.Context, r api.LeakReport, keyID string) (mine bool, err error) {
	var all []owned
	err = h.engine.View(ctx, txn.Caller{}, func(tx *txn.Tx) (err error) {
		all, err = h.whose(ctx, tx, r.Token)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, o := range all {
		as := txn.Caller{Scope: o.Scope, Actor: rotation.ActorPlatform}
		if err := h.engine.Update(ctx, as, func(tx *txn.Tx) error { return h.open(ctx, tx, o, r, keyID) }); err != nil {
			return false, err
		}
	}
	return len(all) > 0, nil
}

// plain is what the type and the source of a report look like; anything else is left out of the evidence.
var plain = regexp.MustCompile(`^[A-Za-z0-9_. -]{1,64}$`)

// open opens the finding about a leaked value, or notes in it that the value was reported again.
func (h *Handler) open(ctx context.Context, tx *txn.Tx, o owned, r api.LeakReport, keyID string) error {
	evidence := map[string]string{"url": address(r.URL), "reported_at": tx.Now.UTC().Format(time.RFC3339)}
	for name, text := range map[string]string{"type": r.Type, "source": r.Source} {
		if plain.MatchString(text) {
			evidence[name] = text
		}
	}
	detail := map[string]string{"key": keyID}
	maps.Copy(detail, evidence)
	err := tx.AuditEvent(ctx, store.AuditEvent{
		Action: actionReport, Kind: o.Kind, ObjectID: o.ID, Version: o.version, Detail: detail,
	})
	if err != nil {
		return err
	}
	policy, err := guardrails.Policy(ctx, tx)
	if err != nil {
		return err
	}
	known, err := tx.Findings(ctx, tx.Scope, store.FindingFilter{
		ObjectID: o.ID, Finding: api.FindingLeaked, Limit: perObject,
	})
	if err != nil {
		return err
	}
	leaked := finding.Finding{Kind: api.FindingLeaked, Version: o.version, At: tx.Now, Evidence: evidence}
	for _, c := range decide(known, []finding.Finding{leaked}, []int64{o.version}, tx.Now) {
		c.Scope, c.Kind, c.ObjectID = o.Scope, o.Kind, o.ID
		if !same(c.Finding, leaked) {
			continue
		}
		if err := h.keep(ctx, tx, c, policy.Rules); err != nil {
			return err
		}
		if err := notifications.Raise(ctx, tx, fact(api.NotifyLeakReported, c.Finding, tx.Now)); err != nil {
			return err
		}
	}
	return nil
}
