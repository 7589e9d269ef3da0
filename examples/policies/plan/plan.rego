# The rules over the JSON of a plan: `terraform show -json PLAN`. This file has what the rules share. A rule adds to
# `findings` and to `rules`, each in a file of its own.
package quickconnect.plan

settings := data.quickconnect_settings

# What the plan leaves in place: created, changed and unchanged objects. What it deletes or forgets breaks no rule.
left contains change if {
	some change in input.resource_changes
	startswith(change.type, "quickconnect_")
	change.mode == "managed"
	some action in change.change.actions
	action in {"create", "update", "no-op"}
}

# unknown says that an attribute gets its value only in the apply.
unknown(change, name) if change.change.after_unknown[name] == true

# blocks has every block of the configuration by its address without indices, also those of modules.
blocks[address] := block if {
	some path, block
	walk(input.configuration.root_module, [path, block])
	count(path) > 1
	path[count(path) - 2] == "resources"
	address := concat(".", array.concat(modules(path), [block.address]))
}

# modules turns module_calls, NAME, module, … into module, NAME, …
modules(path) := array.flatten([["module", path[i + 1]] |
	some i, step in path
	step == "module_calls"
])

# without_index is the address of the block that an object comes from.
without_index(address) := regex.replace(address, `\[(?:"(?:\\.|[^"\\])*"|[0-9]+)\]`, "")

deny contains message(finding) if {
	some finding in findings
	not exempt(finding)
}

warn contains text if {
	some finding in findings
	some exception in exceptions(finding)
	text := {
		"msg": sprintf("%s: exempt from %s until %s: %s", [
			finding.address, finding.rule,
			exception.until, exception.reason,
		]),
		"rule": finding.rule,
		"address": finding.address,
	}
}

# A policy that saw nothing must not look like one that is kept.
deny contains {"msg": text, "rule": "is_a_plan", "address": ""} if {
	not input.planned_values
	text := "This is not the JSON of a plan, so nothing was checked. Make it with: terraform show -json PLAN"
}

deny contains {"msg": text, "rule": "is_a_plan", "address": ""} if {
	input.errored == true
	text := "The plan ended with an error and is not complete, so it cannot be checked. Mend the error, and plan again."
}

exempt(finding) if count(exceptions(finding)) > 0

# exceptions are those for a finding that have not ended at the time of the plan.
exceptions(finding) := [exception |
	some exception in data.quickconnect_exceptions
	exception.rule == finding.rule
	exception.address == finding.address
	time.parse_rfc3339_ns(input.timestamp) < time.parse_rfc3339_ns(exception.until)
]

message(finding) := {
	"msg": sprintf("%s: %s\n  Why: %s\n  Do: %s\n  Exception: %s", [
		finding.address, finding.what,
		rules[finding.rule].why, rules[finding.rule].do, settings.how_to_ask,
	]),
	"rule": finding.rule,
	"address": finding.address,
}
