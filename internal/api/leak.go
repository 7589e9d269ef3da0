package api

import "github.com/quickconnect/terraform-provider-quickconnect/internal/secret"

// LeakReport is one value that was found where it should not be, as GitHub's secret scanning partner programme reports
// it.
type LeakReport struct {
	Token  secret.Value `json:"token" doc:"The value."`
	Type   string       `json:"type" doc:"The type that the reporter has for such values."`
	URL    string       `json:"url" doc:"Where it was found."`
	Source string       `json:"source" doc:"In what it was found, such as content or commit."`
}

// Labels of reports.
const (
	LeakTruePositive  = "true_positive"
	LeakFalsePositive = "false_positive"
)

// LeakAnswer says whether a reported value is one of the platform. It does not repeat the value.
type LeakAnswer struct {
	TokenHash string `json:"token_hash" doc:"Base64 of the SHA-256 hash of the reported value."`
	TokenType string `json:"token_type" doc:"The type of the report."`
	Label     string `json:"label" enum:"true_positive,false_positive" doc:"true_positive: the value is or was one of this platform."`
}
