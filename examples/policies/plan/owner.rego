package quickconnect.plan

rules["team_owner"] := {
	"why": "a person leaves or is on holiday when the secret leaks, and mail to nobody is read by nobody",
	"do": "set owner to the address of the team that answers for it; settings.yaml has the form of team addresses",
}

findings contains finding if {
	some change in left
	owner := change.change.after.owner
	not team(owner)
	finding := {
		"rule": "team_owner",
		"address": change.address,
		"what": sprintf("owner is %q, which is not the address of a team", [owner]),
	}
}

team(owner) if {
	some form in settings.team_addresses
	regex.match(form, owner)
}

warn contains {"msg": text, "rule": "team_owner", "address": change.address} if {
	some change in left
	unknown(change, "owner")
	text := sprintf("%s: owner is known only after the apply, so this plan cannot be checked for it", [change.address])
}
