package acctest

import (
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Workload is a workload that shows who it is by JWTs of an OpenID provider.
type Workload struct {
	// Subject is the sub claim of its JWTs, and Audience their aud.
	Subject, Audience string

	t      testing.TB
	issuer *Issuer
}

// NewWorkload starts an issuer, and returns a workload of it.
func NewWorkload(tb testing.TB, subject string) *Workload {
	tb.Helper()
	return &Workload{
		Subject: subject, Audience: "https://quickconnect.example.com", t: tb, issuer: NewIssuer(tb, "", nil),
	}
}

// Identity makes a workload identity that takes the JWTs of the workload, and returns its id. by is its maker, whose
// environment it belongs to.
func (w *Workload) Identity(by *client.Client, name, role, maxTTL string) string {
	w.t.Helper()
	made, err := by.WorkloadIdentities().Create(context.WithoutCancel(w.t.Context()), api.WorkloadIdentityCreate{
		Name: name, Owner: "team-platform", Role: role, Preset: api.PresetCustom, Issuer: &w.issuer.url,
		Audience: w.Audience, Claims: map[string]string{"sub": w.Subject}, MaxTTL: &maxTTL, JWKS: &w.issuer.JWKS,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.ID
}

// JWT returns a JWT that was made at this time. Further claims replace those of the workload.
func (w *Workload) JWT(now time.Time, life time.Duration, further map[string]any) string {
	w.t.Helper()
	claims := map[string]any{"sub": w.Subject}
	maps.Copy(claims, further)
	return w.issuer.sign(w.Audience, now, life, claims)
}

// WriteJWT writes a JWT into a file, and returns it. The file has the old one or the new one at any time.
func (w *Workload) WriteJWT(path string, now time.Time, life time.Duration) string {
	w.t.Helper()
	jwt := w.JWT(now, life, nil)
	writeFile(w.t, path+".new", jwt+"\n")
	if err := os.Rename(path+".new", path); err != nil {
		w.t.Fatal(err)
	}
	return jwt
}
