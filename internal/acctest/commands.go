package acctest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Plan plans and wants this exit code: 0 for nothing to do, 2 for changes, 1 for an error.
func (c *CLI) Plan(code int, flags ...string) *Run {
	c.t.Helper()
	return c.Run(append([]string{"plan", "-detailed-exitcode"}, flags...)...).Want(code)
}

// SavePlan plans into a file of the work directory and wants changes.
func (c *CLI) SavePlan(file string, flags ...string) *Run {
	c.t.Helper()
	return c.Plan(2, append([]string{"-out=" + file}, flags...)...)
}

// Apply plans and applies, and wants success.
func (c *CLI) Apply(flags ...string) *Run {
	c.t.Helper()
	return c.Run(append([]string{"apply", "-auto-approve"}, flags...)...).Want(0)
}

// ApplyFails applies and wants an error.
func (c *CLI) ApplyFails(flags ...string) *Run {
	c.t.Helper()
	return c.Run(append([]string{"apply", "-auto-approve"}, flags...)...).Want(1)
}

// ApplyPlan applies a saved plan, and wants success.
func (c *CLI) ApplyPlan(file string) *Run {
	c.t.Helper()
	return c.Run("apply", file).Want(0)
}

// ApplyPlanFails applies a saved plan and wants an error.
func (c *CLI) ApplyPlanFails(file string) *Run {
	c.t.Helper()
	return c.Run("apply", file).Want(1)
}

// Destroy destroys everything, and wants success.
func (c *CLI) Destroy(flags ...string) *Run {
	c.t.Helper()
	return c.Run(append([]string{"destroy", "-auto-approve"}, flags...)...).Want(0)
}

// Import imports one object by its name or id, and wants success.
func (c *CLI) Import(address, id string) *Run {
	c.t.Helper()
	return c.Run("import", address, id).Want(0)
}

// Output returns an output's value.
func (c *CLI) Output(name string) any {
	c.t.Helper()
	var v any
	c.decode(&v, "output", "-json", name)
	return v
}

// Object is a resource or a data source as the state has it.
type Object struct {
	Values  map[string]any
	Tainted bool
}

// Objects returns everything in the state, by address. It reads the state file, which costs no command.
func (c *CLI) Objects() map[string]Object {
	c.t.Helper()
	objects := map[string]Object{}
	data, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if os.IsNotExist(err) {
		return objects
	}
	var state struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct {
				IndexKey   any `json:"index_key"`
				Status     string
				Attributes map[string]any
			}
		}
	}
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range state.Resources {
		address := r.Type + "." + r.Name
		if r.Mode == "data" {
			address = "data." + address
		}
		for _, i := range r.Instances {
			if i.IndexKey != nil {
				objects[fmt.Sprintf("%s[%v]", address, i.IndexKey)] = Object{i.Attributes, i.Status == "tainted"}
				continue
			}
			objects[address] = Object{i.Attributes, i.Status == "tainted"}
		}
	}
	return objects
}

// State returns the attributes of one object in the state, and fails the test if it is not there.
func (c *CLI) State(address string) map[string]any {
	c.t.Helper()
	o, ok := c.Objects()[address]
	if !ok {
		c.t.Fatalf("%s is not in the state", address)
	}
	return o.Values
}

// Change is what a plan does with one resource.
type Change struct {
	Address string `json:"address"`
	Change  struct {
		Actions      []string       `json:"actions"`
		Before       map[string]any `json:"before"`
		After        map[string]any `json:"after"`
		AfterUnknown map[string]any `json:"after_unknown"`
	} `json:"change"`
}

// Action returns the one action, or both of a replacement with a slash between: no-op, create, update, delete,
// delete/create.
func (ch Change) Action() string {
	var s string
	for _, a := range ch.Change.Actions {
		s = filepath.Join(s, a)
	}
	return s
}

// Changes returns what a saved plan does, by address.
func (c *CLI) Changes(planFile string) map[string]Change {
	c.t.Helper()
	var plan struct {
		ResourceChanges []Change `json:"resource_changes"`
	}
	c.decode(&plan, "show", "-json", planFile)
	changes := map[string]Change{}
	for _, ch := range plan.ResourceChanges {
		changes[ch.Address] = ch
	}
	return changes
}

// decode runs a command that prints JSON on the last line and reads it.
func (c *CLI) decode(v any, args ...string) {
	c.t.Helper()
	run := c.Run(args...).Want(0)
	if err := json.Unmarshal([]byte(run.Output), v); err != nil {
		c.t.Fatalf("terraform %v: %v\n%s", args, err, run.Output)
	}
}
