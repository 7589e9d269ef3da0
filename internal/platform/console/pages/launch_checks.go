package pages

import (
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// checks decides every line of the checklist. The guide "launch" has the same lines.
func (f *launchFacts) checks(r *Request) []check {
	return []check{
		f.owners(r), f.ends(r), f.isolated(r), f.people(r), f.signing(r), f.narrow(r), f.revocable(r),
	}
}

// decided is a line: open with a reason, or done.
func decided(name, open, done string, link view.Cell) check {
	if open != "" {
		return check{Name: name, State: view.State(view.Attention, "open"), Why: open, Link: link}
	}
	return check{Name: name, State: view.State(view.Fine, "done"), Why: done, Link: link}
}

func linkTo(text, href string) view.Cell { return view.Cell{Text: text, Href: href} }

func (f *launchFacts) on(rule string) bool { return slices.Contains(f.rules, rule) }

func (f *launchFacts) owners(r *Request) check {
	open := ""
	if f.withoutOwner > 0 {
		open = view.Count(f.withoutOwner, "connector has", "connectors have") + " no owner."
	}
	return decided("An owner for every connector", open,
		view.Count(f.connectors, "connector has one.", "connectors have one."),
		linkTo("Connectors", r.To("/inventory", "kind", api.KindConnectors)))
}

func (f *launchFacts) ends(r *Request) check {
	open := ""
	if f.withoutEnd > 0 {
		open = view.Number(f.withoutEnd) + " of " + view.Count(f.secrets, "secret", "secrets") +
			" neither end nor have a rotation policy."
	}
	return decided("An end or a rotation policy for every secret", open,
		view.Count(f.secrets, "valid secret has one.", "valid secrets have one."),
		linkTo("Credentials by risk", r.To("/inventory", "sort", "risk")))
}

func (f *launchFacts) isolated(r *Request) check {
	open := ""
	switch {
	case f.shared > 0:
		open = view.Count(f.shared, "supplied value is", "supplied values are") + " of another environment too."
	case !f.on(api.RuleForbidSecretReuse):
		open = "The rule forbid_secret_reuse is off: the same value could be supplied in another environment."
	}
	return decided("Isolated environments", open, "No supplied value is of another environment, and none can be.",
		linkTo("Findings about reused values", r.To("/findings", "finding", api.FindingReusedValue)))
}

// people is decided by the rule: whoever sees this page has signed in by single sign-on.
func (f *launchFacts) people(r *Request) check {
	open := ""
	if !f.on(api.RuleForbidStaticPrincipals) {
		open = "Single sign-on is on, but the rule forbid_static_principals is off: a person could still be given a static " +
			"token. There are " + view.Count(f.principals, "principal.", "principals.")
	}
	return decided("Single sign-on for people", open, "Single sign-on is on, and no new static principal can be made.",
		linkTo("Principals", r.To("/inventory", "kind", api.KindPrincipals)))
}

func (f *launchFacts) signing(r *Request) check {
	open := ""
	if f.withoutSigning > 0 {
		open = view.Number(f.withoutSigning) + " of " + view.Count(f.endpoints, "webhook endpoint", "webhook endpoints") +
			" have no valid signing secret."
	}
	return decided("Signed webhooks", open,
		view.Count(f.endpoints, "webhook endpoint has a signing secret.", "webhook endpoints have a signing secret."),
		linkTo("Webhook endpoints", r.To("/webhooks")))
}

func (f *launchFacts) narrow(r *Request) check {
	open := ""
	switch {
	case f.wildcards > 0:
		open = view.Count(f.wildcards, "credential has", "credentials have") + " a scope with a wildcard."
	case !f.on(api.RuleForbidWildcardScopes):
		open = "The rule forbid_wildcard_scopes is off."
	}
	return decided("No wildcard", open,
		"No credential has a scope with a wildcard, and the rule forbid_wildcard_scopes is on.",
		linkTo("Credentials by risk", r.To("/inventory", "sort", "risk")))
}

func (f *launchFacts) revocable(r *Request) check {
	open := ""
	if f.revocations == 0 {
		open = "The audit trail has no revocation: revoke a token that nothing uses, so that there is a record that it works."
	}
	return decided("A documented revocation", open, "The audit trail has a revocation that succeeded.",
		linkTo("Revocations", r.To("/audit", "action", "revoke")))
}
