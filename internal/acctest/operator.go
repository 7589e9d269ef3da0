package acctest

import (
	"crypto/rand"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// RotateComparisonKeys makes a new comparison key in every environment, beside the platform, as an operator does.
func (p *Platform) RotateComparisonKeys() {
	p.t.Helper()
	random := keys.NewRandom(rand.Reader)
	k, err := keys.Open(p.t.Context(), p.store, p.keys, random, p.Clock)
	if err == nil {
		_, err = (&keys.Operator{Keys: k, Random: random}).RotateComparison(p.t.Context(), store.Scope{})
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// Sweep does what the platform's process does by itself from time to time: it looks for findings, for example.
func (p *Platform) Sweep() {
	p.t.Helper()
	if err := p.served.Sweep(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}
