// Package jwtsource finds the JWT by which the workload that runs Terraform shows who it is.
package jwtsource

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// The environment variables that a JWT can come from.
const (
	variableHCP        = "TFC_WORKLOAD_IDENTITY_TOKEN"
	variableHCPOurs    = variableHCP + "_QUICKCONNECT"
	variableGitHubURL  = "ACTIONS_ID_TOKEN_REQUEST_URL"
	variableGitHubAuth = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	variableToken      = "QUICKCONNECT_IDENTITY_TOKEN"
	variableFile       = "QUICKCONNECT_IDENTITY_TOKEN_FILE"
)

// Settings are what the configuration says of the JWT. What is empty was not set.
type Settings struct {
	Token     secret.Value
	TokenFile string
	// Tag names one of the JWTs that HCP Terraform gives a run.
	Tag string
	// Audience is what a JWT is asked for that is made for this run.
	Audience string
}

// Source is where the JWT comes from.
type Source struct {
	// Name is for messages and logs.
	Name string
	// Advice says what to do once the JWT has ended, where Read returns the same one for ever; empty where it does not.
	Advice string
	// Read returns the JWT as it is now.
	Read func(context.Context) (secret.Value, error)
}

// Error is a source that is there and gives no JWT, or no source at all.
type Error struct {
	// Source is its name; empty where there is none.
	Source string
	text   string
}

// Error says which source gives no JWT, why, and what to do.
func (e *Error) Error() string { return strings.TrimSpace(e.Source + " " + e.text) }

// Choose returns the first source that is there. That is decided before anything is read: a source that is there and
// fails is never passed over for the next one, which could be another workload's.
func Choose(s Settings, getenv func(string) string) (Source, error) {
	for _, find := range []func(Settings, func(string) string) (*Source, error){
		inConfiguration, ofHCPTerraform, ofGitHubActions, inEnvironment,
	} {
		if found, err := find(s, getenv); err != nil || found != nil {
			if err != nil {
				return Source{}, err
			}
			return *found, nil
		}
	}
	return Source{}, &Error{text: fmt.Sprintf("There is no JWT to exchange. Looked for, in this order: token and "+
		"token_file in the block workload_identity; %s and %s, which HCP Terraform sets for a workspace with the variable "+
		"TFC_WORKLOAD_IDENTITY_AUDIENCE_QUICKCONNECT or TFC_WORKLOAD_IDENTITY_AUDIENCE; %s, which GitHub Actions sets for a "+
		"job with permissions: id-token: write; %s and %s, for every other CI system, for Kubernetes and for SPIFFE. "+
		"Set one of them.", variableHCPOurs, variableHCP, variableGitHubURL, variableToken, variableFile)}
}

func inConfiguration(s Settings, _ func(string) string) (*Source, error) {
	switch {
	case !s.Token.IsEmpty():
		return fixed("token of the block workload_identity", s.Token, "Give the JWT a longer life where it is made, or use "+
			"token_file, which is read again for each renewal."), nil
	case s.TokenFile != "":
		return file("token_file of the block workload_identity", s.TokenFile), nil
	}
	return nil, nil
}

var tagPattern = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// CheckTag checks a tag. Its error completes the sentence "tag …".
func CheckTag(tag string) error {
	if !tagPattern.MatchString(tag) {
		return fmt.Errorf("must be letters, digits and _: what follows %s_ in the name of the variable", variableHCP)
	}
	return nil
}

const adviceHCP = "HCP Terraform makes the JWT at the beginning of the phase and does not renew it. Raise " +
	"max_ttl of the workload identity, 1h at most, so that one access token lasts for the phase, or split the run."

func ofHCPTerraform(s Settings, getenv func(string) string) (*Source, error) {
	if s.Tag != "" {
		name := variableHCP + "_" + s.Tag
		if getenv(name) == "" {
			return nil, &Error{name, fmt.Sprintf("is not set, and tag of the block workload_identity names it. Set "+
				"TFC_WORKLOAD_IDENTITY_AUDIENCE_%s in the workspace, or correct tag: upper and lower case count.", s.Tag)}
		}
		return fixed(name, secret.New(getenv(name)), adviceHCP), nil
	}
	for _, name := range []string{variableHCPOurs, variableHCP} {
		if v := getenv(name); v != "" {
			return fixed(name, secret.New(v), adviceHCP), nil
		}
	}
	return nil, nil
}

func inEnvironment(_ Settings, getenv func(string) string) (*Source, error) {
	if v := getenv(variableToken); v != "" {
		return fixed(variableToken, secret.New(v), "Give the JWT a longer life where it is made, or use "+variableFile+
			", which is read again for each renewal."), nil
	}
	if path := getenv(variableFile); path != "" {
		return file(variableFile, path), nil
	}
	return nil, nil
}

// fixed is a source that always has the same JWT.
func fixed(name string, jwt secret.Value, advice string) *Source {
	return &Source{Name: name, Advice: advice, Read: func(context.Context) (secret.Value, error) {
		if err := client.CheckJWT(jwt); err != nil {
			return secret.Value{}, &Error{name, err.Error() + ". Set it to the JWT alone, without a line end."}
		}
		return jwt, nil
	}}
}
