package quickconnect.plan

rules["rotation_required"] := {
	"why": "a secret that nobody replaces is valid in every copy that was ever made of it",
	"do": "set rotation_policy_id to a quickconnect_rotation_policy",
}

# The platform requires one of a signing secret; a scoped token may have an end alone, and then the job stops with it.
findings contains finding if {
	some change in left
	change.type in {"quickconnect_scoped_token", "quickconnect_webhook_signing_secret"}
	no_rotation(change)
	finding := {
		"rule": "rotation_required",
		"address": change.address,
		"what": "it has no rotation policy",
	}
}

# A connector without credentials has nothing to rotate. Write-only arguments are null in the plan, so the configuration
# says whether there are any.
findings contains finding if {
	some change in left
	change.type == "quickconnect_connector"
	blocks[without_index(change.address)].expressions.credentials_wo
	no_rotation(change)
	finding := {
		"rule": "rotation_required",
		"address": change.address,
		"what": "its credentials have no rotation policy, so that nothing says when to replace them",
	}
}

no_rotation(change) if {
	object.get(change.change.after, "rotation_policy_id", null) == null
	not unknown(change, "rotation_policy_id")
}
