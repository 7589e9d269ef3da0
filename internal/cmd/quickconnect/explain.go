package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// explain says what happened to which object, and what to do next. It is the only place that makes a text of an error
// of the client, which repeats no secret.
func explain(err error) string {
	e := errorOf(err)
	if e == nil {
		return err.Error()
	}
	parts := []string{fmt.Sprintf("cannot %s %s", e.Op, e.Object), cmp.Or(e.Detail, silence(e)), advice(e)}
	if doubtful(e) {
		parts = append(parts, "Whether it was carried out is not known: look with quickconnect show before you go on")
	}
	if e.RequestID != "" {
		parts = append(parts, "Request id: "+e.RequestID)
	}
	var text []string
	for _, part := range parts {
		if part != "" {
			text = append(text, strings.TrimRight(part, ". "))
		}
	}
	return strings.Join(text, ". ")
}

// doubtful reports whether a change may have been carried out although there is no answer that says so.
func doubtful(e *client.Error) bool {
	return e.Write && e.Attempts > 0 && (e.Status == 0 || e.Code == "" || e.Status >= 500)
}

// silence says why there is no answer.
func silence(e *client.Error) string {
	badID := (*client.IDError)(nil)
	switch {
	case errors.As(e.Cause, &badID):
		return badID.Error()
	case errors.Is(e.Cause, context.Canceled):
		return "the command was interrupted"
	case e.Status == 0:
		return fmt.Sprintf("the platform gave no answer in %d attempt(s): %v", e.Attempts, e.Cause)
	}
	return ""
}

// advice says what to do about a refusal.
func advice(e *client.Error) string {
	switch e.Code {
	case api.CodeUnauthenticated:
		return "The token has ended, was revoked, or is of another platform: set QUICKCONNECT_TOKEN to another one"
	case api.CodeForbidden:
		return "Use the token of such a principal" // the platform says which: not always one with a permission
	case api.CodeNotFound:
		return "Check the name, the kind and the environment: quickconnect identify says where a value belongs"
	case api.CodePreconditionFailed:
		return "Somebody changed it since it was shown, and nothing was done: run the command again"
	case api.CodeAcknowledgementRequired:
		return "Nothing was done"
	case api.CodeRateLimited, api.CodeTokenRateLimited, api.CodeLimitReached:
		return "Wait a little, and run the command again"
	case api.CodeNoSuchRoute:
		return "Check the endpoint; the platform may also be older than this program"
	}
	if e.Status == 0 && e.Attempts > 0 {
		return cmp.Or(client.TLSFault(e.Cause), "Check the endpoint and the network in between")
	}
	return ""
}
