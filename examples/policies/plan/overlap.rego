package quickconnect.plan

rules["short_overlap"] := {
	"why": "a leaked value that was replaced still works until its overlap ends",
	"do": "lower overlap; consumers that follow `version` have the new value in the same apply",
}

findings contains finding if {
	some change in left
	change.type == "quickconnect_rotation_policy"
	change.change.after.environment in settings.production
	seconds(change.change.after.overlap) > settings.max_overlap_hours * 3600
	finding := {
		"rule": "short_overlap",
		"address": change.address,
		"what": sprintf("overlap is %s, and at most %dh are allowed in %s", [
			change.change.after.overlap,
			settings.max_overlap_hours, change.change.after.environment,
		]),
	}
}

warn contains {"msg": text, "rule": "short_overlap", "address": change.address} if {
	some change in left
	change.type == "quickconnect_rotation_policy"
	some name in ["overlap", "environment"]
	unknown(change, name)
	text := sprintf("%s: %s is known only after the apply, so this plan cannot be checked for its overlap", [
		change.address,
		name,
	])
}

units := {"y": 31536000, "w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}

# seconds reads a duration such as 90d or 1d12h.
seconds(duration) := sum([amount |
	some part in regex.find_all_string_submatch_n(`([0-9]+)([ywdhms])`, duration, -1)
	amount := to_number(part[1]) * units[part[2]]
])
