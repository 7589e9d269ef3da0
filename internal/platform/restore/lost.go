package restore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/journal"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// margin is how much older than the newest time of a backup an entry may be that the backup lacks: clocks of replicas
// differ. What is older and not in the backup was never committed.
const margin = 10 * time.Minute

// Kept is what the journals of one platform have.
type Kept struct {
	Entries []journal.Entry
	Gaps    []string // where whole lines are missing that may be of the time after the backup
}

// ReadJournals reads the journals of one platform, which each of its machines writes for itself.
func ReadJournals(paths []string, s State) (all Kept, err error) {
	for _, path := range paths {
		c, err := readJournal(path)
		if err != nil {
			return all, fmt.Errorf("journal %s: %w", path, err)
		}
		all.Entries = append(all.Entries, c.Entries...)
		for _, g := range c.Gaps {
			if s.Restore == nil || !g.To.Before(s.Restore.AsOf.Add(-margin)) {
				all.Gaps = append(all.Gaps, fmt.Sprintf("journal %s: %s", path, g))
			}
		}
	}
	slices.SortStableFunc(all.Entries, func(a, b journal.Entry) int { return a.At.Compare(b.At) })
	return all, nil
}

func readJournal(path string) (c journal.Content, err error) {
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer func() { _ = f.Close() }()
	return journal.Read(f)
}

// Lost returns the entries of a journal that the database lacks: what happened after the backup.
func Lost(ctx context.Context, r *txn.Runner, s State, entries []journal.Entry) (lost []journal.Entry, err error) {
	err = r.View(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		lost = nil
		for _, e := range entries {
			if !after(e, s) {
				continue
			}
			known, err := tx.HasAuditEvent(ctx, store.Scope{Tenant: e.Tenant, Environment: e.Environment}, e.ID)
			if err != nil {
				return err
			}
			if !known {
				lost = append(lost, e)
			}
		}
		return nil
	})
	return lost, err
}

// after reports whether an entry may be of the time between a backup and its restore.
func after(e journal.Entry, s State) bool {
	if e.Platform != s.Platform.ID || e.Incarnation >= s.Platform.Incarnation {
		return false
	}
	return s.Restore == nil || !e.At.Before(s.Restore.AsOf.Add(-margin))
}

// Containment is what a restore does again of what its backup lacks.
type Containment struct {
	Ref store.Ref
	// Below ends every version with a smaller number; 0: none.
	Below int64
	// Values are versions that end by themselves.
	Values []int64
	// Quarantine says that what is valid then is in quarantine.
	Quarantine bool
	// Ends says that the object itself ends: its kind is one of endings.
	Ends bool
	// Disabled says that a connector or an endpoint is disabled.
	Disabled bool
}

// String says what is done.
func (c Containment) String() string {
	var out []string
	switch {
	case c.Ends:
		return endings[c.Ref.Kind]
	case c.Below == every:
		out = append(out, "every version")
	case c.Below > 0:
		out = append(out, fmt.Sprintf("every version below %d", c.Below))
	}
	for _, n := range c.Values {
		out = append(out, fmt.Sprintf("version %d", n))
	}
	if c.Quarantine {
		out = append(out, "in quarantine")
	}
	if c.Disabled {
		out = append(out, "disabled")
	}
	return strings.Join(out, ", ")
}

// endings say how an object ends, and name the kinds of those that do.
var endings = map[string]string{
	api.KindPrincipals:         "its token is refused",
	api.KindWorkloadIdentities: "it is deleted",
	api.KindAccessTokens:       "it is refused",
	api.RoleBindings.Path:      "it is deleted",
	api.KindIssuers:            "it signs nobody in",
}

// every is more than any version has as its number.
const every = int64(1) << 62

// Contain decides what is done again of what a backup lacks: what was revoked and deleted ends, and what is in
// quarantine or disabled at last is so. byHand are the entries that end something and that a person has to do again.
func Contain(lost []journal.Entry) (again []Containment, byHand []journal.Entry) {
	index := map[string]int{}
	of := func(e journal.Entry) *Containment {
		i, known := index[e.ObjectID]
		if !known {
			i = len(again)
			index[e.ObjectID] = i
			scope := store.Scope{Tenant: e.Tenant, Environment: e.Environment}
			again = append(again, Containment{Ref: store.Ref{Scope: scope, Kind: e.Kind, ID: e.ObjectID}})
		}
		return &again[i]
	}
	for _, e := range lost {
		ended := endedBy(e)
		switch {
		case e.Kind == api.RoleBindings.Path && e.Action == txn.ActionUpdate: // its role
			byHand = append(byHand, e)
		case endings[e.Kind] != "":
			of(e).Ends = of(e).Ends || e.Action == txn.ActionDelete || e.Action == actionRevoke
		case changes(e, memberEnabled) && e.Detail[memberEnabled] != "":
			of(e).Disabled = e.Detail[memberEnabled] == "false"
		case changes(e, memberEnabled), e.Kind == api.EnvironmentPolicies.Path,
			!hasCredential(e.Kind) && e.Action == txn.ActionDelete,
			e.Kind == api.Consents.Path && e.Action == actionRevoke:
			byHand = append(byHand, e)
		case e.Action == txn.ActionClosed:
			of(e).Below = every
		case len(ended) > 0 && e.Detail["reason"] == reasonValue:
			of(e).Values = append(of(e).Values, ended[0])
		case len(ended) > 0 && (e.Action == actionRevoke || e.Action == "minimum_version"):
			of(e).Below = max(of(e).Below, slices.Max(ended)+1)
		case e.Action == "quarantine":
			of(e).Quarantine = true
		case e.Action == "release_quarantine" || e.Action == "end_quarantine":
			of(e).Quarantine = false
		}
	}
	again = slices.DeleteFunc(again, func(c Containment) bool {
		return c.Below == 0 && len(c.Values) == 0 && !c.Quarantine && !c.Ends && !c.Disabled
	})
	return again, byHand
}

const (
	actionRevoke  = "revoke"
	memberEnabled = "enabled"
	// reasonValue is the reason of a step that ended one version by its value.
	reasonValue = "token_revoked"
)

func hasCredential(kind string) bool {
	return kind == api.KindConnectors || kind == api.KindScopedTokens || kind == api.KindSigningSecrets
}

func changes(e journal.Entry, member string) bool {
	return e.Action == txn.ActionUpdate && slices.Contains(strings.Split(e.Detail["changed"], ","), member)
}

// endedBy returns the versions that an entry is about, without those that it issued or promoted.
func endedBy(e journal.Entry) (out []int64) {
	promoted := strings.Split(e.Detail["promoted"], ",")
	for text := range strings.SplitSeq(e.Detail["versions"], ",") {
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil && text != e.Detail["issued"] && !slices.Contains(promoted, text) {
			out = append(out, n)
		}
	}
	return out
}
