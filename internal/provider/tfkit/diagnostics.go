package tfkit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// Subject is the object of a request, in the words of the configuration.
type Subject struct {
	// Type is the resource type, such as quickconnect_connector.
	Type string
	// Name is the object's name where it is known.
	Name string
	// Sent has the sets of strings of the request, in their order there. An entry of a set has no position in a
	// configuration, so an error about it quotes the entry instead.
	Sent map[string][]string
}

const (
	planAgain    = "Run terraform plan again and apply that plan."
	noConclusion = "Nothing is concluded from it about the object: the state stays as it is."
)

// Report turns an error of the client into diagnostics that say what to do next.
func (a *access) Report(diags *diag.Diagnostics, err error, s Subject) {
	if err == nil {
		return
	}
	identity, _ := a.session.Identity()
	Report(diags, err, s, identity)
}

// Report is the one place where an error of the client becomes diagnostics. It uses status, code, field, request id
// and the sentence of the platform, which never repeats a value. The client has removed secrets from it.
func Report(diags *diag.Diagnostics, err error, s Subject, identity api.Identity) {
	if refused := (*importError)(nil); errors.As(err, &refused) {
		diags.AddError("Neither a name nor an id", refused.text)
		return
	}
	var e *client.Error
	if !errors.As(err, &e) {
		diags.AddError("Request failed", err.Error())
		return
	}
	named := *e
	named.Detail = argumentNamed(e)
	e = &named
	what := fmt.Sprintf("Cannot %s %s", e.Op, e.Object)
	summary, text := explain(e, s, identity)
	switch {
	case summary == "":
		summary = what
	case errors.As(e.Cause, new(*client.WorkloadError)) && s.Type == "": // the error is about no object
	default:
		text = what + ". " + text
	}
	if e.RequestID != "" {
		text += "\n\nRequest id: " + e.RequestID
	}
	if p, ok := attributeOf(e, s); ok {
		diags.AddAttributeError(p, summary, text)
		return
	}
	diags.AddError(summary, text)
}

func explain(e *client.Error, s Subject, identity api.Identity) (summary, text string) {
	badID, other, platform := (*client.IDError)(nil), (*client.OtherAnswerError)(nil), (*client.PlatformError)(nil)
	workload := (*client.WorkloadError)(nil)
	switch {
	case errors.As(e.Cause, &workload):
		return explainWorkload(e, workload)
	case errors.As(e.Cause, &badID):
		return "Not an id", sentences(badID.Error(), "Nothing was sent to the platform")
	case errors.As(e.Cause, &other):
		return "Answer about another object", sentences(other.Error(), noConclusion, unknownOutcome(e))
	case errors.As(e.Cause, &platform):
		return explainPlatform(e, platform)
	case e.Status == 0:
		return explainSilence(e)
	case e.Code == api.CodeLimitReached:
		return "Limit of the platform reached", sentences(e.Detail)
	case e.Code == api.CodeTokenRateLimited:
		return "Too many uses of the scoped token", sentences(e.Detail)
	case e.Status == http.StatusTooManyRequests:
		return "Too many requests", sentences(e.Detail, fmt.Sprintf("The platform still limited the rate after %d attempts. "+
			"Set requests_per_second in the provider configuration, raise max_retries, or run with a lower -parallelism.",
			e.Attempts))
	case e.Code == "" && e.Status >= 500:
		return fmt.Sprintf("No valid answer (status %d)", e.Status), sentences(e.Detail, unknownOutcome(e))
	case e.Code == "":
		return fmt.Sprintf("Answer not from the platform API (status %d)", e.Status), sentences(e.Detail,
			noConclusion)
	case e.Code == api.CodeRestored:
		return restoredSummary, sentences(e.Detail, "Nothing was changed, and nothing is concluded about the object: the "+
			"state stays as it is. The provider does not wait: plan again once the restore is confirmed.")
	case e.Status >= 500:
		return fmt.Sprintf("The platform failed (status %d, code %s)", e.Status, e.Code), sentences(e.Detail,
			fmt.Sprintf("It failed %d time(s); the state stays as it is.", e.Attempts), unknownOutcome(e))
	}
	return explainCode(e, s, identity)
}

// explainPlatform explains an answer that is not surely of the platform.
func explainPlatform(e *client.Error, p *client.PlatformError) (summary, text string) {
	switch {
	case p.Came.ID == "":
		summary = fmt.Sprintf("Answer without the platform's header (status %d)", e.Status)
	case p.Came.ID != p.Want.ID:
		summary = "Answer from another platform"
	default:
		summary = "Platform restored during the run"
	}
	return summary, sentences(p.Error(), noConclusion, unknownOutcome(e))
}

// explainCode explains a problem that the platform's API reports.
func explainCode(e *client.Error, s Subject, identity api.Identity) (summary, text string) {
	switch e.Code {
	case api.CodeUnauthenticated:
		return explainUnauthenticated(e, identity)
	case api.CodeForbidden:
		return "Permission missing", sentences(e.Detail, explainForbidden(e, identity))
	case api.CodeNameTaken:
		return "Name taken", sentences(e.Detail, adviseName(e, s))
	case api.CodeApprovalRequired:
		return "Waits for the approval of a second person", sentences(e.Detail, "Once it is approved, apply again with the "+
			"same configuration: what the apply has done besides is in the state")
	case api.CodeHeld:
		return "On hold", sentences(e.Detail, "Someone put this credential on hold: its secret is not changed "+
			"until the hold is released on the platform. Terraform never releases a hold.")
	case api.CodeQuarantined:
		return "In quarantine", sentences(e.Detail, "This was not done. Terraform never releases a quarantine.")
	case api.CodeAcknowledgementRequired:
		return "Acknowledgement required", sentences(e.Detail, "When the plan was made, nothing was missing. Since then "+
			"the rotation policy has been edited, by this apply or by somebody else, or evidence has been voided. This step "+
			"was not taken; what else the apply has changed is in the state. "+planAgain)
	case api.CodePreconditionFailed:
		return "Changed since the plan", sentences(e.Detail, "Something else changed the object after the plan was "+
			"made, so this step was not taken and nothing was changed by it. "+planAgain)
	case api.CodeClaimSuperseded:
		return "Adopted by another state", sentences(e.Detail, fmt.Sprintf("Nothing was changed. If the other state is "+
			"the right one, remove the object from this state: terraform state rm ADDRESS, with the address that this "+
			"error names. If this state is the right one, remove it from the other one in the same way, then remove it here "+
			"and import it again: terraform import ADDRESS %s.", cmp.Or(s.Name, "NAME")))
	case api.CodeInProgress:
		if e.Field != "" {
			return "Another run is at work", sentences(e.Detail, "The provider has waited once. Nothing was created.")
		}
		return "", sentences(e.Detail, fmt.Sprintf("The same operation is still running on the platform "+
			"after %d attempts", e.Attempts), unknownOutcome(e))
	case api.CodeIdempotencyMismatch:
		return "", sentences(e.Detail, "The platform has seen the idempotency key of this operation with another "+
			"request, and did nothing for this one. "+
			"The configuration is not the reason. "+planAgain+" If it comes back, look for a proxy that changes "+
			"requests, and report it with the request id")
	case api.CodeNoSuchRoute:
		return "No such path on the platform", sentences(e.Detail, "Check endpoint in the provider configuration: "+
			"it is the address of the platform, with a path only where a proxy wants one. "+
			"If it is right, the platform may be older than this provider.", noConclusion)
	case api.CodeConflict:
		if e.Step {
			return "Changed since the plan", sentences(e.Detail, "The rotation no longer stands where the plan saw "+
				"it, so this step was not taken. "+planAgain)
		}
		if e.Detail != "" {
			return "", sentences(e.Detail)
		}
	case api.CodeNotFound:
		next := ""
		if e.Write && e.Op != "create" && e.Field == "" {
			next = "It was deleted after the plan was made. " + planAgain
		}
		if hint := unconfirmed(identity); hint != "" {
			next = hint
		}
		return "", sentences(e.Detail, "The platform has no such object in the tenant and environment of the "+
			"provider configuration.", next)
	}
	return "", sentences(
		e.Detail,
		fmt.Sprintf("The platform refused the request with code %s (status %d)", e.Code, e.Status),
		fieldText(e, s),
	)
}

func explainSilence(e *client.Error) (summary, text string) {
	switch {
	case errors.Is(e.Cause, context.Canceled) || errors.Is(e.Cause, context.DeadlineExceeded):
		text = "The run was interrupted before it was done."
	default:
		text = sentences(fmt.Sprintf("The platform gave no answer in %d attempt(s): %v", e.Attempts, e.Cause),
			client.TLSFault(e.Cause),
			"Check endpoint, the network in between, and the certificate settings of the provider.")
	}
	return "", sentences(text, unknownOutcome(e))
}

// unknownOutcome says what a write without a valid answer means. A write that was never sent has no outcome.
func unknownOutcome(e *client.Error) string {
	if !e.Write || e.Attempts == 0 {
		return ""
	}
	if e.Op == "create" {
		return "Whether the object was created is not known: apply again. If it was, that adopts it, or says that the " +
			"name is taken and how to import it."
	}
	return "Whether the platform carried it out is not known. " + planAgain
}

func fieldText(e *client.Error, s Subject) string {
	if e.Field == "" {
		return ""
	}
	name, position, _ := strings.Cut(strings.TrimPrefix(e.Field, "/"), "/")
	if i, err := strconv.Atoi(position); err == nil && i >= 0 && i < len(s.Sent[name]) {
		return fmt.Sprintf("The entry is %q", s.Sent[name][i])
	}
	return "Field: " + e.Field
}

// wireNames has the members of requests that have another name in a configuration.
var wireNames = map[string]string{"credentials": "credentials_wo", "secret": "secret_wo"}

var attributePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// argumentNamed is the detail of an error, with the name that its argument has in a configuration. A detail of the
// platform begins with the member of the request that it is about. At the beginning of a sentence, a name of one word
// would be taken for a word of English.
func argumentNamed(e *client.Error) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(e.Field, "/"), "/")
	rest, ok := strings.CutPrefix(e.Detail, member+" ")
	if member == "" || !ok {
		return e.Detail
	}
	name := cmp.Or(wireNames[member], member)
	if strings.Contains(name, "_") {
		return name + " " + rest
	}
	return "The argument " + name + " " + rest
}

// attributeOf finds the attribute of an error, not the element: elements of sets have no position.
func attributeOf(e *client.Error, s Subject) (path.Path, bool) {
	if e.Code == api.CodeNameTaken && s.Type != "" {
		return path.Root("name"), true
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(e.Field, "/"), "/")
	if w, ok := wireNames[name]; ok {
		name = w
	}
	if !attributePattern.MatchString(name) {
		return path.Path{}, false
	}
	return path.Root(name), true
}
