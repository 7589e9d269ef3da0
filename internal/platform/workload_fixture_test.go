package platform_test

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// identityBody is an identity that every role with the permission may grant.
func identityBody(name string, more object) object {
	body := object{
		"name": name, "owner": "team-messaging", "role": api.RoleAuditor, "preset": api.PresetGitHubActions,
		"audience": "https://quickconnect.example.com",
		"claims":   object{"repository_owner_id": "1", "repository_id": "2"},
	}
	for k, v := range more {
		body[k] = v
	}
	return body
}

func (w *world) newIdentity(name string, more object) api.WorkloadIdentity {
	w.t.Helper()
	return decoded[api.WorkloadIdentity](w.do("POST", pathIdentities, identityBody(name, more)).want(201))
}
