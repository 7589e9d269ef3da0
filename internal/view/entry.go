package view

import (
	"cmp"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// VersionState is the state of a version in a word.
func VersionState(state string) Cell {
	switch state {
	case "current":
		return State(Fine, state)
	case "revoked":
		return State(Bad, state)
	}
	return State(Neutral, orDash(state))
}

// Phase is the phase of a credential in a word, and until when it is refused although it is valid.
func Phase(e *api.InventoryEntry) Cell {
	c := State(Fine, cmp.Or(e.Phase, "no versions"))
	switch e.Phase {
	case "":
		c.Status.Level = Neutral
	case api.PhaseRevoked:
		c.Status.Level = Bad
	case api.PhaseStaged, api.PhaseDraining:
		c.Status.Level = Attention
	}
	if q := e.Quarantine; q != nil && len(q.Versions) > 0 {
		c.Status.Level = Bad
		c.Lines = append(c.Lines, "in quarantine until "+Moment(q.Until))
	}
	return c
}

// NextDue is when the rotation of a credential is due, and what keeps it from happening.
func NextDue(e *api.InventoryEntry) Cell {
	c := Time(e.DueAt, "–")
	if e.Due != "" && e.Due != api.DueNone {
		c.Lines = append(c.Lines, "due now: "+e.Due)
	}
	if e.Hold != nil {
		c.Lines = append(c.Lines, "on hold")
	}
	if e.CertificationEnded {
		c.Lines = append(c.Lines, "certification ended")
	}
	if e.Overdue {
		c.Status, c.Text, c.Lines = &Status{Bad, "overdue"}, "", append([]string{c.Text}, c.Lines...)
	}
	return c
}

// LastUse is when a credential was used last, with a line for each valid version.
func LastUse(e *api.InventoryEntry) Cell {
	c := Time(e.LastUsedAt, "never")
	if len(e.Versions) < 2 {
		return c
	}
	for _, v := range e.Versions {
		used := "never"
		if v.LastUsedAt != nil {
			used = Moment(*v.LastUsedAt)
		}
		c.Lines = append(c.Lines, "version "+Number(v.Version)+": "+used)
	}
	return c
}

// Findings are the rules that found something about a credential.
func Findings(e *api.InventoryEntry) Cell {
	if len(e.Findings) == 0 {
		return State(Fine, "none")
	}
	names := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		names[i] = f.Finding
	}
	return State(Attention, strings.Join(names, ", "))
}

// Risk is the rank of a credential, and why.
func Risk(e *api.InventoryEntry) Cell {
	return Cell{Text: Number(e.Risk.Score), Lines: cutAll(e.Risk.Reasons)}
}

func cutAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = Cut(t)
	}
	return out
}
