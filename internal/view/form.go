package view

// Form is a form that selects what a page shows. It sends a GET, so that the selection has an address.
type Form struct {
	ID     string
	Action string
	Legend string
	Fields []Field
	Hidden []Hidden
	Submit string
	Clear  string // address of the page without a selection; empty for no link
}

// Hidden is a value that a form keeps, such as the order of a table.
type Hidden struct{ Name, Value string }

// Field is a field of a form. One with options is a choice.
type Field struct {
	Name    string
	Label   string
	Value   string
	Hint    string
	Check   bool // a box to tick: Value is "true" where it is
	Options []Option
}

// Option is one choice of a field.
type Option struct{ Value, Text string }

// Choice returns a field with a choice of values, and of none of them.
func Choice(name, label, value, none string, values ...string) Field {
	f := Field{Name: name, Label: label, Value: value, Options: []Option{{"", none}}}
	for _, v := range values {
		f.Options = append(f.Options, Option{v, v})
	}
	return f
}

// Pager leads to the other parts of a long list. An empty address is a part that is not there.
type Pager struct {
	Label       string // what is listed
	First, Next string
	Shown       string // which part is shown
}
