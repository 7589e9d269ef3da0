package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// connectorType is what a type of connector takes.
type connectorType struct {
	name        string
	source      string // where the service documents it
	anyKey      bool   // takes settings and credentials under any key
	settings    []entry
	credentials []entry

	// oneOf has the sets of credentials with which the service works: at least one set must be there, and no set in part.
	// Nil leaves it to required.
	oneOf [][]string
}

// entry is one setting or one credential that a type of connector takes.
type entry struct {
	key      string
	form     form
	required bool
}

// ConnectorTypes lists the types a connector may have, sorted.
func ConnectorTypes() []string {
	names := make([]string, len(connectorTypes))
	for i, t := range connectorTypes {
		names[i] = t.name
	}
	return names
}

func connectorTypeOf(name string) (connectorType, bool) {
	i := slices.IndexFunc(connectorTypes, func(t connectorType) bool { return t.name == name })
	if i < 0 {
		return connectorType{}, false
	}
	return connectorTypes[i], true
}

// CheckConnectorType checks a connector's type.
func CheckConnectorType(name string) error {
	if _, known := connectorTypeOf(name); !known {
		return fmt.Errorf("must be one of %s", strings.Join(ConnectorTypes(), ", "))
	}
	return nil
}

// Mistake is one thing that is wrong with what a configuration says. Where is the member or the key; empty for the
// whole.
type Mistake struct {
	Where string
	Err   error
}

// CheckSettings checks the settings of a connector of a type. A setting that is not listed is refused, so that a secret
// does not end in a setting by mistake.
func CheckSettings(typ string, settings map[string]string) (wrong []Mistake) {
	if err := checkMap(settings, maxSettings, maxSettingValue); err != nil {
		return []Mistake{{"", err}}
	}
	t, known := connectorTypeOf(typ)
	if !known || t.anyKey {
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		e, ok := find(t.settings, k)
		if !ok {
			wrong = append(wrong, Mistake{k, fmt.Errorf("is not a setting of a connector of type %s, which takes %s; "+
				"a secret belongs into credentials_wo", typ, strings.Join(keysOf(t.settings), ", "))})
		} else if !e.form.fits(settings[k]) {
			wrong = append(wrong, Mistake{k, e.form.refusal()})
		}
	}
	for _, e := range t.settings {
		if _, given := settings[e.key]; e.required && !given {
			wrong = append(wrong, Mistake{"", fmt.Errorf("must have %s for a connector of type %s", e.key, typ)})
		}
	}
	return wrong
}

// CheckCredentialKeys checks which credentials a connector of a type gets. Its error does not repeat a key: a value can
// be in the place of one by mistake. Settings that are not known are given as nil.
func CheckCredentialKeys(typ string, settings map[string]string, given []string) error {
	if len(given) == 0 {
		return fmt.Errorf("must have at least one entry: an empty map is never sent over existing credentials")
	}
	if len(given) > MaxCredentials {
		return fmt.Errorf("must have at most %d entries", MaxCredentials)
	}
	t, known := connectorTypeOf(typ)
	for _, k := range given {
		if !keyRegexp.MatchString(k) {
			return fmt.Errorf("has a key that is not 1 to 63 letters, digits or any of _ . / - " +
				"with a letter or digit at both ends")
		}
		if !known || t.anyKey {
			continue
		}
		if _, ok := find(t.credentials, k); !ok {
			meant := ""
			if near := nearest(k, keysOf(t.credentials)); near != "" {
				meant = fmt.Sprintf(" (did you mean %s?)", near)
			}
			return fmt.Errorf("has a key that a connector of type %s does not take%s: it takes %s",
				typ, meant, strings.Join(keysOf(t.credentials), ", "))
		}
		if _, twice := settings[k]; twice {
			return fmt.Errorf("must not have %s while settings has it too: keep it in one of the two, "+
				"in credentials_wo if it is a secret", k)
		}
	}
	return t.checkComplete(given)
}

// checkComplete refuses credentials with which the service does not work.
func (t connectorType) checkComplete(given []string) error {
	for _, e := range t.credentials {
		if e.required && !slices.Contains(given, e.key) {
			return fmt.Errorf("must have %s for a connector of type %s", e.key, t.name)
		}
	}
	complete := t.oneOf == nil
	for _, set := range t.oneOf {
		missing := slices.DeleteFunc(slices.Clone(set), func(k string) bool { return slices.Contains(given, k) })
		if len(missing) == 0 {
			complete = true
		} else if len(missing) < len(set) {
			return fmt.Errorf("must have %s together for a connector of type %s", strings.Join(set, " and "), t.name)
		}
	}
	if !complete {
		return fmt.Errorf("must have %s for a connector of type %s", t.alternatives("%s"), t.name)
	}
	return nil
}

// CheckCredential checks the value of one credential of a connector of a type. Its error never repeats the value.
// listed reports whether the key is one that the type lists: only then may a message name it.
func CheckCredential(typ, key, value string) (listed bool, err error) {
	t, _ := connectorTypeOf(typ)
	e, listed := find(t.credentials, key)
	tooLong := len(value) > MaxCredentialValue
	switch {
	case !listed && (value == "" || tooLong):
		err = fmt.Errorf("has a value that is empty or longer than %d bytes", MaxCredentialValue)
	case tooLong:
		err = fmt.Errorf("must be at most %d bytes long", MaxCredentialValue)
	case listed && (value == "" || !e.form.fits(value)):
		err = e.form.refusal()
	}
	return listed, err
}

// SettingsText describes the settings of every type, in Markdown.
func SettingsText() string {
	return describeTypes(func(t connectorType) string { return describe(t.settings) })
}

// CredentialsText describes the credentials of every type, in Markdown.
func CredentialsText() string {
	return describeTypes(func(t connectorType) string {
		text := describe(t.credentials)
		if t.oneOf != nil {
			text += "; at least " + t.alternatives("`%s`")
		}
		return text + " (source: " + t.source + ")"
	})
}

func describeTypes(describe func(connectorType) string) string {
	var out []string
	for _, t := range connectorTypes {
		text := "any"
		if !t.anyKey {
			text = describe(t)
		}
		out = append(out, fmt.Sprintf("`%s`: %s.", t.name, text))
	}
	return strings.Join(out, " ")
}

func describe(entries []entry) string {
	out := make([]string, len(entries))
	for i, e := range entries {
		var notes []string
		if e.required {
			notes = append(notes, "required")
		}
		if !e.form.any {
			notes = append(notes, e.form.text)
		}
		out[i] = "`" + e.key + "`"
		if notes != nil {
			out[i] += " (" + strings.Join(notes, "; ") + ")"
		}
	}
	return strings.Join(out, ", ")
}

// alternatives writes the sets of oneOf, each key in a format.
func (t connectorType) alternatives(format string) string {
	out := make([]string, len(t.oneOf))
	for i, set := range t.oneOf {
		keys := make([]string, len(set))
		for j, k := range set {
			keys[j] = fmt.Sprintf(format, k)
		}
		out[i] = strings.Join(keys, " with ")
	}
	return strings.Join(out, " or ")
}

func find(entries []entry, key string) (entry, bool) {
	i := slices.IndexFunc(entries, func(e entry) bool { return e.key == key })
	if i < 0 {
		return entry{}, false
	}
	return entries[i], true
}

func keysOf(entries []entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.key
	}
	return out
}
