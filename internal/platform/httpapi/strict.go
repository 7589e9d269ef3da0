package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// The texts of what encoding/json would let pass. Huma hands them on as the message of a detail.
const (
	notUTF8   = "not UTF-8"
	duplicate = "a member twice: " // and its pointer
)

// strictUnmarshal reads JSON. A member that is there twice, and what is not UTF-8, are errors: of the first, every
// reader may take another one, and the second would be changed silently.
func strictUnmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errors.New(notUTF8)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if field := twice(d, nil); field != "" {
		return errors.New(duplicate + field)
	}
	return json.Unmarshal(data, v)
}

// twice reads one value, and returns the pointer of the first member that is there twice. What is not valid JSON is for
// the reader that follows.
func twice(d *json.Decoder, at []string) (field string) {
	token, err := d.Token()
	if err != nil {
		return ""
	}
	switch token {
	case json.Delim('{'):
		return twiceInObject(d, at)
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			if field := twice(d, append(at, strconv.Itoa(i))); field != "" {
				return field
			}
		}
		_, _ = d.Token()
	}
	return ""
}

func twiceInObject(d *json.Decoder, at []string) (field string) {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return ""
		}
		member := append(slices.Clone(at), name)
		if seen[name] {
			return problem.Pointer(member...)
		}
		seen[name] = true
		if field := twice(d, member); field != "" {
			return field
		}
	}
	_, _ = d.Token()
	return ""
}
