package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const canaryJWT = "CANARYa.CANARYb.CANARYc"

// configureIn configures the provider in an environment.
func configureIn(t *testing.T, env map[string]string, c tftest.Config) tftest.Diags {
	t.Helper()
	server, schemas := tftest.Serve(t, provider.NewIn(func(name string) string { return env[name] }, "test")())
	return tftest.Configure(t, server, schemas, c)
}

// What is wrong with the block, or with what the environment says in its place, is said before anything is sent.
func TestWorkloadConfiguration(t *testing.T) {
	t.Parallel()
	block := tftest.Config{"identity": "ci", "token": canaryJWT}
	for name, tt := range map[string]struct {
		token any // of the provider
		block tftest.Config
		env   map[string]string
		says  []string
	}{
		"token and the block": {canary, block, nil, []string{`AttributeName("token")`, "workload_identity"}},
		"two JWTs": {
			nil, block.With("token_file", "jwt"), nil, []string{"token_file", "cannot be specified when"},
		},
		"a JWT and a tag": {nil, block.With("tag", "prod"), nil, []string{"tag", "cannot be specified when"}},
		"a file and a tag": {
			nil,
			tftest.Config{"identity": "ci", "token_file": "jwt", "tag": "prod"},
			nil,
			[]string{"tag", "cannot be specified when"},
		},
		"no identity": {nil, block.With("identity", nil), nil, []string{"Missing identity", "QUICKCONNECT_IDENTITY"}},
		"no id": {
			nil, block.With("identity", "prn_01ARZ3NDEKTSV4RRFFQ69G5FAV"), nil,
			[]string{`AttributeName("identity")`, "wid_"},
		},
		"no JWT":          {nil, block.With("token", canary), nil, []string{`AttributeName("token")`, "three parts"}},
		"a line end":      {nil, block.With("token", canaryJWT+"\n"), nil, []string{`AttributeName("token")`, "JWT"}},
		"no tag":          {nil, tftest.Config{"identity": "ci", "tag": "a-b"}, nil, []string{`AttributeName("tag")`}},
		"an empty file":   {nil, tftest.Config{"identity": "ci", "token_file": ""}, nil, []string{"must not be empty"}},
		"an empty target": {nil, block.With("audience", ""), nil, []string{`AttributeName("audience")`}},
		"no source":       {nil, block.With("token", nil), nil, []string{"No JWT for the workload identity", "token_file"}},
		"half of GitHub": {
			nil, block.With("token", nil),
			map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://example.com"},
			[]string{"permissions: id-token: write"},
		},
		"a variable that is no identity": {
			nil, nil,
			map[string]string{"QUICKCONNECT_IDENTITY": "CANARY"},
			[]string{"Invalid QUICKCONNECT_IDENTITY"},
		},
		"both in the environment": {
			nil, nil,
			map[string]string{"QUICKCONNECT_IDENTITY": "ci", "QUICKCONNECT_TOKEN": canary},
			[]string{"QUICKCONNECT_IDENTITY", "QUICKCONNECT_TOKEN", "not clear", "Remove one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(t, staging)
			c := p.config().With("token", tt.token)
			if tt.block != nil {
				c = c.With("workload_identity", tt.block)
			}
			errs := configureIn(t, tt.env, c).Errors()
			tftest.Says(t, errs, tt.says...)
			if strings.Contains(errs, "CANARY") {
				t.Errorf("a secret is repeated: %s", errs)
			}
			if n := p.asked.Load(); n != 0 {
				t.Errorf("the platform was asked %d times", n)
			}
		})
	}
}

// What does not count says so: a variable beside an argument.
func TestUnusedIdentity(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, staging)
	got := configureIn(t, map[string]string{"QUICKCONNECT_IDENTITY": "ci"}, p.config())
	if errs := got.Errors(); errs != "" || p.asked.Load() != 1 {
		t.Errorf("%d requests: %s", p.asked.Load(), errs)
	}
	tftest.Says(t, got.Warnings(), "QUICKCONNECT_IDENTITY is not used", "Remove one")
}
