package acctest

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/canary"
)

// Canaries are secrets that must be nowhere.
type Canaries struct {
	t   testing.TB
	set canary.Set
}

// NewCanaries returns canaries by name; each must be long enough not to turn up by chance.
func NewCanaries(tb testing.TB, secrets map[string]string) *Canaries {
	tb.Helper()
	c := &Canaries{t: tb}
	for name, secret := range secrets {
		c.Add(name, secret)
	}
	return c
}

// Add adds one more secret, such as one that the platform has just made.
func (c *Canaries) Add(name, secret string) {
	c.t.Helper()
	if err := c.set.Add(name, secret); err != nil {
		c.t.Fatal(err)
	}
}

// Absent fails the test if one of the canaries is in data.
func (c *Canaries) Absent(what string, data []byte) {
	c.t.Helper()
	if err := c.set.Absent(what, data); err != nil {
		c.t.Error(err)
	}
}

// AbsentBelow looks through every file under dir, archives included. It returns how many files it looked at.
func (c *Canaries) AbsentBelow(dir string) int {
	c.t.Helper()
	files, found, err := c.set.AbsentBelow(dir)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, f := range found {
		c.t.Error(f)
	}
	return files
}
