package webhooksignature

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// The descriptions that both functions share.
const (
	secretText = "Where a secret is sensitive or ephemeral, so is the result; in `terraform console` the value of " +
		"an ephemeral resource is not known. Do not give one that is neither: Terraform prints such arguments " +
		"beside an error."
	bodyText = "A body is text in Unicode's normal form NFC, as all strings of Terraform are; other bytes cannot " +
		"be given to this function."
)

var errTime = errors.New("must be a time in RFC 3339, such as 2026-01-31T12:00:00Z, or unix seconds, up to " +
	"the year 9999")

// anyUnknown reports whether a list or a map has an unknown element. Terraform calls a function with such arguments.
func anyUnknown(list types.List, m types.Map) bool {
	return slices.ContainsFunc(
		slices.Concat(list.Elements(), slices.Collect(maps.Values(m.Elements()))),
		attr.Value.IsUnknown,
	)
}

func parseSecrets(list types.List) ([]webhook.Key, error) {
	if len(list.Elements()) > webhook.MaxKeys {
		return nil, webhook.ErrTooManyKeys
	}
	var keys []webhook.Key
	for i, element := range list.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() {
			continue // such as other_value of an ephemeral signing secret outside a rotation
		}
		k, err := webhook.ParseSecret(text.ValueString())
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func headerValues(m types.Map) (map[string][]string, error) {
	headers := map[string][]string{}
	for name, element := range m.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() {
			if isSignatureHeader(name) {
				return nil, fmt.Errorf("header %s is null", strings.ToLower(name))
			}
			continue
		}
		headers[name] = []string{text.ValueString()}
	}
	return headers, nil
}

// isSignatureHeader reports whether a receiver looks at the header.
func isSignatureHeader(name string) bool {
	return slices.ContainsFunc([]string{webhook.HeaderID, webhook.HeaderTimestamp, webhook.HeaderSignature},
		func(h string) bool { return strings.EqualFold(h, name) })
}

// parseTime reads RFC 3339, as plantimestamp() returns it, or unix seconds, as the header has them.
func parseTime(text string) (time.Time, error) {
	if text != "" && strings.Trim(text, "0123456789") == "" {
		unix, err := strconv.ParseInt(text, 10, 64)
		if err != nil || unix > webhook.MaxUnix {
			return time.Time{}, errTime
		}
		return time.Unix(unix, 0), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errTime // the parser's own error repeats the text
	}
	return at, nil
}

// sentence makes an error a sentence; Terraform adds the full stop.
func sentence(err error) string { return tfkit.Capital(err.Error()) }
