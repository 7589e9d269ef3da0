// Package hcl writes blocks of Terraform's language for a page to show.
package hcl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Label is a name as Terraform takes it for a resource.
func Label(name string) string {
	out := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
	if out == "" || out[0] >= '0' && out[0] <= '9' || out[0] == '-' {
		return "_" + out
	}
	return out
}

// Block writes the arguments of a resource. What is absent is left out.
type Block struct{ strings.Builder }

// Line writes an argument as it is.
func (b *Block) Line(name, value string) { b.WriteString("  " + name + " = " + value + "\n") }

// Comment writes a comment.
func (b *Block) Comment(text string) { b.WriteString("  # " + text + "\n") }

// Text writes a text.
func (b *Block) Text(name, value string) { b.Line(name, Quote(value)) }

// Optional writes a text that may be absent.
func (b *Block) Optional(name string, value *string) {
	if value != nil {
		b.Text(name, *value)
	}
}

// Number writes a number that may be absent.
func (b *Block) Number(name string, value *int64) {
	if value != nil {
		b.Line(name, strconv.FormatInt(*value, 10))
	}
}

// List writes texts.
func (b *Block) List(name string, values []string) {
	if values == nil {
		return
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = Quote(v)
	}
	b.Line(name, "["+strings.Join(quoted, ", ")+"]")
}

// Pairs writes a map.
func (b *Block) Pairs(name string, values map[string]string) {
	if values == nil {
		return
	}
	b.WriteString("  " + name + " = {\n")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		b.WriteString("    " + Quote(key) + " = " + Quote(values[key]) + "\n")
	}
	b.WriteString("  }\n")
}

// Quote writes a text as a string of Terraform's language, in which ${ and %{ begin a template.
func Quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(b.String())
}
