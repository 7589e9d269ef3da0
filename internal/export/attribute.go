package export

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// attribute is one line of a configuration: a value, a reference to another object, a variable, or a comment.
type attribute struct {
	name     string
	value    cty.Value
	id       string // of another object
	variable string // what it is for; the operator sets it
	comment  string
}

// attributes are the lines of one object. A value that the platform does not have is left out.
type attributes []attribute

func (a *attributes) text(name, value string) {
	*a = append(*a, attribute{name: name, value: cty.StringVal(value)})
}

func (a *attributes) optionalText(name string, value *string) {
	if value != nil {
		a.text(name, *value)
	}
}

// unlessDefault writes a text that is not the default of its attribute.
func (a *attributes) unlessDefault(name, value, byDefault string) {
	if value != byDefault {
		a.text(name, value)
	}
}

func (a *attributes) flag(name string, value, byDefault bool) {
	if value != byDefault {
		*a = append(*a, attribute{name: name, value: cty.BoolVal(value)})
	}
}

func (a *attributes) number(name string, value *int64) {
	if value != nil {
		*a = append(*a, attribute{name: name, value: cty.NumberIntVal(*value)})
	}
}

// texts writes a list. Null and empty are not the same.
func (a *attributes) texts(name string, values []string) {
	if values == nil {
		return
	}
	list := make([]cty.Value, 0, len(values))
	for _, v := range values {
		list = append(list, cty.StringVal(v))
	}
	*a = append(*a, attribute{name: name, value: cty.TupleVal(list)})
}

// pairs writes a map. Null and empty are not the same.
func (a *attributes) pairs(name string, values map[string]string) {
	if values == nil {
		return
	}
	object := make(map[string]cty.Value, len(values))
	for k, v := range values {
		object[k] = cty.StringVal(v)
	}
	*a = append(*a, attribute{name: name, value: cty.ObjectVal(object)})
}

func (a *attributes) reference(name, id string) { *a = append(*a, attribute{name: name, id: id}) }

func (a *attributes) optionalReference(name string, id *string) {
	if id != nil {
		a.reference(name, *id)
	}
}

// secret writes a variable for a secret without which the configuration is not complete.
func (a *attributes) secret(name, what string) {
	*a = append(*a, attribute{name: name, variable: what})
}

func (a *attributes) note(comment string) { *a = append(*a, attribute{comment: comment}) }

// write appends the import block, the variables and the resource of an object.
func (e *exporter) write(body *hclwrite.Body, b block) {
	name := label(b.object.Name)
	address := hcl.Traversal{hcl.TraverseRoot{Name: b.kind.Terraform}, hcl.TraverseAttr{Name: name}}
	imports := body.AppendNewBlock("import", nil).Body()
	imports.SetAttributeTraversal("to", address)
	imports.SetAttributeValue("id", cty.StringVal(b.object.ID))
	for _, a := range b.attributes {
		if a.variable != "" {
			body.AppendNewline()
			writeVariable(body, variableName(name, a.name), a.variable+" of "+b.kind.Singular+" "+b.object.Name+".")
		}
	}
	body.AppendNewline()
	resource := body.AppendNewBlock("resource", []string{b.kind.Terraform, name}).Body()
	for _, a := range b.attributes {
		e.writeAttribute(resource, name, a)
	}
}

func (e *exporter) writeAttribute(body *hclwrite.Body, label string, a attribute) {
	switch {
	case a.comment != "":
		body.AppendUnstructuredTokens(comment(a.comment))
	case a.variable != "":
		body.SetAttributeTraversal(a.name, hcl.Traversal{
			hcl.TraverseRoot{Name: "var"}, hcl.TraverseAttr{Name: variableName(label, a.name)},
		})
	case a.id != "":
		if address, ok := e.addresses[a.id]; ok {
			kind, name, _ := strings.Cut(address, ".")
			body.SetAttributeTraversal(a.name, hcl.Traversal{
				hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: name}, hcl.TraverseAttr{Name: "id"},
			})
			return
		}
		body.SetAttributeValue(a.name, cty.StringVal(a.id))
	default:
		body.SetAttributeValue(a.name, a.value)
	}
}

func comment(text string) hclwrite.Tokens {
	return hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + text + "\n")}}
}

// variableName is one that a shell takes in TF_VAR_…, so it has no hyphen. It is unique: no name of an object has an
// underscore.
func variableName(label, attribute string) string {
	return strings.ReplaceAll(label, "-", "_") + "_" + attribute
}

func writeVariable(body *hclwrite.Body, name, description string) {
	variable := body.AppendNewBlock("variable", []string{name}).Body()
	variable.SetAttributeTraversal("type", hcl.Traversal{hcl.TraverseRoot{Name: "string"}})
	variable.SetAttributeValue("description", cty.StringVal(description))
	variable.SetAttributeValue("sensitive", cty.True)
	variable.SetAttributeValue("ephemeral", cty.True)
}
