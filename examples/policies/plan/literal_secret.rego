package quickconnect.plan

import data.quickconnect.secrets

rules.no_literal_secret := {
	"why": "a literal is in the repository, in every clone and in the plan file, although the argument is write-only",
	"do": "take it from an ephemeral variable or an ephemeral resource, and replace the value at its service: it has leaked",
}

write_only := ["credentials_wo", "secret_wo"]

# kept are the blocks with an object that the plan leaves in place. A destroyed one is in the configuration too.
kept[address] := blocks[address] if {
	some change in left
	address := without_index(change.address)
}

# ends_all says that the plan only destroys.
ends_all if {
	count(input.resource_changes) > 0
	every change in input.resource_changes {
		not "create" in change.change.actions
		not "update" in change.change.actions
		not "no-op" in change.change.actions
	}
}

# A literal in the argument itself.
findings contains literal(address, sprintf("%s is a literal", [name])) if {
	some address, block in kept
	some name in write_only
	has_text(block.expressions[name].constant_value)
}

findings contains literal(sprintf("provider.%s", [key]), "token is a literal") if {
	not ends_all
	some key, provider in input.configuration.provider_config
	endswith(provider.full_name, "/quickconnect")
	has_text(provider.expressions.token.constant_value)
}

# A literal, or a value that the plan file has, in a variable that the argument takes.
findings contains literal(address, sprintf("%s takes %s, and its value is in the plan file", [name, source])) if {
	some address, block in kept
	some name in write_only
	prefix := trim_suffix(address, block.address)
	starts := {concat("", [prefix, reference]) |
		some reference in block.expressions[name].references
		startswith(reference, "var.")
	}
	some source in graph.reachable(variables, {variable(start) | some start in starts})
	source in known
}

findings contains literal(key, "token takes a variable whose value is in the plan file") if {
	not ends_all
	some key, provider in input.configuration.provider_config
	endswith(provider.full_name, "/quickconnect")
	some reference in provider.expressions.token.references
	variable(reference) in known
}

# A value of ours anywhere in the plan: another resource, an output, a variable, an environment of a provisioner.
findings contains literal(place, "there is a value of quickconnect in the plan") if {
	not ends_all
	some path, value
	walk(object.filter(input, ["configuration", "planned_values", "variables"]), [path, value])
	is_string(value)
	secrets.found(value)
	place := concat(".", [sprintf("%v", [step]) | some step in path])
}

literal(address, what) := {"rule": "no_literal_secret", "address": address, "what": what}

# variable is the address of a variable without the attribute that is taken of it: module.a.var.x of module.a.var.x.y.
variable(reference) := regex.find_n(`^(?:module\.[^.]+\.)*var\.[^.\[]+`, reference, 1)[0]

calls contains {"module": modules(path), "name": name, "call": call} if {
	some path, found
	walk(input.configuration.root_module, [path, found])
	count(path) > 0
	path[count(path) - 1] == "module_calls"
	some name, call in found
}

# variables says which variables of a caller each variable of a module takes.
variables[address] contains source if {
	some called in calls
	some name, expression in called.call.expressions
	address := in_module(called, name)
	some reference in expression.references
	startswith(reference, "var.")
	source := variable(concat(".", array.concat(called.module, [reference])))
}

# A variable that nobody sets from another is in the graph too: otherwise it would not be reached.
variables[address] contains address if some address in known

# known are the variables with a text in the plan: of the root module unless they are ephemeral, of a module if the call or
# the default has it.
known contains sprintf("var.%s", [name]) if {
	some name, value in input.variables
	has_text(value.value)
}

known contains in_module(called, name) if {
	some called in calls
	some name, expression in called.call.expressions
	has_text(expression.constant_value)
}

known contains in_module(called, name) if {
	some called in calls
	some name, declared in called.call.module.variables
	not called.call.expressions[name]
	has_text(declared.default)
}

in_module(called, name) := concat(".", array.concat(called.module, ["module", called.name, "var", name]))

# has_text says that there is a text in a value, or anywhere inside it. Numbers and switches are no secrets.
has_text(value) if {
	some inner
	walk(value, [_, inner])
	is_string(inner)
	inner != ""
}
