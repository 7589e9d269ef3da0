package quickconnect.plan

rules["no_wildcard_scope"] := {
	"why": "a wildcard also allows what the platform learns to do later, and nobody decides that again",
	"do": "list the scopes that the job needs; `quickconnect show` has those that were used",
}

findings contains finding if {
	some change in left
	some name in ["scopes", "allowed_scopes"]
	some scope in change.change.after[name]
	contains(scope, "*")
	finding := {
		"rule": "no_wildcard_scope",
		"address": change.address,
		"what": sprintf("%s has the wildcard %q", [name, scope]),
	}
}

# An access token is minted during the run, so that only its configuration is in the plan.
findings contains finding if {
	some address, block in blocks
	block.type == "quickconnect_access_token"
	some scope in block.expressions.scopes.constant_value
	contains(scope, "*")
	finding := {
		"rule": "no_wildcard_scope",
		"address": address,
		"what": sprintf("scopes has the wildcard %q", [scope]),
	}
}

warn contains {"msg": text, "rule": "no_wildcard_scope", "address": change.address} if {
	some change in left
	some name in ["scopes", "allowed_scopes"]
	unknown(change, name)
	text := sprintf("%s: %s is known only after the apply, so this plan cannot be checked for wildcards", [
		change.address,
		name,
	])
}
