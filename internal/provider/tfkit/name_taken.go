package tfkit

import (
	"cmp"
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// adviseName says what to do about a name that another object has. A provider knows neither the address of its resource
// nor whether a creation replaces an object, so the user has to pick the case.
func adviseName(e *client.Error, s Subject) string {
	const twoApplies = "rename in two applies, and in the first one give the object that has the name another one that " +
		"is free"
	if e.Op != "create" {
		return "Choose another name. If another block of this configuration has the name, or had it until this apply " +
			"(two names that are swapped, or a name that moves on to the next block), " + twoApplies + "."
	}
	const whose = "\n\n" +
		"- It is the object that this plan replaces, with create_before_destroy: the new one is made while the old one " +
		"still has the name. Set name_prefix instead of name, or change the name in the same apply.\n" +
		"- A block of this configuration had it, and got another label, index or module: write moved { from = " +
		"OLD_ADDRESS, to = ADDRESS }, where ADDRESS is the address that this error names.\n" +
		"- Another block of this configuration has it, or had it until this apply: " + twoApplies + ".\n"
	switch e.Reason {
	case api.TakenSameRun:
		return "Two blocks of this configuration, or two instances of one with count or for_each, have the same name. " +
			"Give each a name of its own, or set name_prefix."
	case api.TakenPresented:
		return "What to do depends on whose it is:" + whose + "- Another configuration has it: choose another name. " +
			"An import is right only where the state that had it is lost."
	}
	return fmt.Sprintf("If no state has it, manage it here with\n\n    terraform import ADDRESS %s\n\nwhere ADDRESS is "+
		"the address that this error names, in single quotes if it has brackets; or choose another name. If a state has "+
		"it, do not import it:", cmp.Or(s.Name, "NAME")) + whose + "- Another configuration has it: choose another name."
}
