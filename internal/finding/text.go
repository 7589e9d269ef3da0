package finding

import (
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// maxSummary is how many bytes a summary has at most. Evidence names consumers, whose names can be long.
const maxSummary = 600

// Summary says in one sentence what was seen.
func Summary(kind string, version int64, evidence map[string]string) string {
	say, known := summaries[kind]
	if !known {
		return ""
	}
	text := say(version, evidence)
	return strings.ToValidUTF8(text[:min(len(text), maxSummary)], "")
}

// summaries say what was seen by the evidence that the rules give.
var summaries = map[string]func(version int64, e map[string]string) string{
	api.FindingLeaked: func(v int64, e map[string]string) string {
		return fmt.Sprintf("A report of %s says that %s is public: %s.", e["reported_at"], valueOf(v), e["url"])
	},
	api.FindingNewNetwork: func(v int64, e map[string]string) string {
		return fmt.Sprintf("Version %d was used from %s for the first time at %s; %s other credentials were used from there "+
			"before.", v, e["network"], e["first_at"], e["other_credentials_before"])
	},
	api.FindingUnusualVolume: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("It had %s uses in the hour from %s, and %s in the busiest hour of the %d days before.", e["uses"],
			e["hour"], e["usual"], usualDays)
	},
	api.FindingUnusualHours: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("It had %s uses in the hour from %s, a %s; there was none at this time before.", e["uses"],
			e["hour"], e["weekday"])
	},
	api.FindingSupersededUse: func(v int64, e map[string]string) string {
		return fmt.Sprintf("Version %d was used at %s by a consumer that uses version %s since %s: %s.", v, e["last_at"],
			e["current_version"], e["moved_on_at"], e["consumers"])
	},
	api.FindingOverlapEnding: func(v int64, e map[string]string) string {
		return fmt.Sprintf("Version %d ends at %s, and was still used at %s, by %s.", v, e["ends_at"], e["last_at"],
			e["consumers"])
	},
	api.FindingFailureBurst: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("%s uses of it were refused in the hour from %s.", e["refused"], e["hour"])
	},
	api.FindingUnusedScope: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("Nobody asks for the scope %s; the last use was: %s.", e["scope"], e["last_at"])
	},
	api.FindingReusedValue: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("Its value is also that of %s.", e["also_of"])
	},
	api.FindingOverdue: func(v int64, e map[string]string) string {
		return fmt.Sprintf("Version %d, of %s, is overdue: %s.", v, e["issued_at"], e["reason"])
	},
	api.FindingUnused: func(_ int64, e map[string]string) string {
		return fmt.Sprintf("Nobody uses it: it was made at %s, and the last use was: %s.", e["issued_at"], e["last_at"])
	},
}

func valueOf(version int64) string {
	if version == 0 {
		return "its value"
	}
	return fmt.Sprintf("the value of version %d", version)
}

// Advice says what to do about a finding of a rule.
func Advice(kind string) string {
	return map[string]string{
		api.FindingLeaked:        "Replace the value, and see in the inventory who uses it.",
		api.FindingNewNetwork:    "Ask the owner; if nobody knows the network, treat the value as leaked.",
		api.FindingUnusualVolume: "Look at the consumers; a quarantine can be taken back.",
		api.FindingUnusualHours:  "Ask the owner.",
		api.FindingSupersededUse: "Look for a second copy of the old value: a consumer's cache, or a thief.",
		api.FindingOverlapEnding: "Hand the current version to these consumers.",
		api.FindingFailureBurst:  "Repair the consumer that has an old value or a wrong scope.",
		api.FindingUnusedScope:   "Remove the scope.",
		api.FindingReusedValue:   "Get another value for one of them.",
		api.FindingOverdue:       "Rotate it.",
		api.FindingUnused:        "Remove it, or ask the owner.",
	}[kind]
}
