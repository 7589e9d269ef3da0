package api

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// setting is one entry that a connector type knows.
type setting struct {
	required bool
	check    func(string) error
}

var (
	slackIDRegexp  = regexp.MustCompile(`^[A-Z0-9]{2,24}$`)
	e164Regexp     = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	twilioIDRegexp = regexp.MustCompile(`^(AC|MG)[0-9a-f]{32}$`)
	digitsRegexp   = regexp.MustCompile(`^[0-9]{1,32}$`)
	hostRegexp     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
)

// settingsOf has the settings of every connector type. A type with nil takes any key. A setting that is not listed is
// refused, so that a secret does not end in a setting by mistake.
var settingsOf = map[string]map[string]setting{
	"slack": {
		"team_id":         {check: matching(slackIDRegexp, "a Slack id such as T0123ABCD")},
		"default_channel": {check: notEmpty},
	},
	"microsoft_teams": {
		"tenant_id": {check: notEmpty}, "team_id": {check: notEmpty}, "default_channel": {check: notEmpty},
	},
	"discord": {"guild_id": {check: matching(digitsRegexp, "a number")}, "default_channel": {check: notEmpty}},
	"twilio": {
		"account_sid":           {required: true, check: matching(twilioIDRegexp, "AC and 32 hexadecimal digits")},
		"from":                  {check: matching(e164Regexp, "a telephone number such as +15005550006")},
		"messaging_service_sid": {check: matching(twilioIDRegexp, "MG and 32 hexadecimal digits")},
	},
	"sendgrid": {"from": {check: address}, "region": {check: oneOf("global", "eu")}},
	"smtp": {
		"host": {required: true, check: matching(hostRegexp, "a host name or an address")},
		"port": {check: checkPort},
		"from": {check: address},
		"tls":  {check: oneOf("starttls", "implicit", "none")},
	},
	"webhook": {"url": {required: true, check: httpsURL}, "method": {check: oneOf("POST", "PUT")}},
	"custom":  nil,
}

// ConnectorTypes lists the types a connector may have, sorted.
func ConnectorTypes() []string { return slices.Sorted(maps.Keys(settingsOf)) }

// CheckConnectorType checks a connector's type.
func CheckConnectorType(t string) error {
	if _, known := settingsOf[t]; !known {
		return fmt.Errorf("must be one of %s", strings.Join(ConnectorTypes(), ", "))
	}
	return nil
}

// CheckSettings checks the settings of a connector of type t and returns the key that is wrong, or "" where one is
// missing.
func CheckSettings(t string, settings map[string]string) (key string, err error) {
	if err := checkMap(settings, maxSettings, maxSettingValue); err != nil {
		return "", err
	}
	known, ok := settingsOf[t]
	if !ok || known == nil {
		return "", nil
	}
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		s, ok := known[k]
		if !ok {
			return k, fmt.Errorf("is not a setting of a connector of type %s, which takes %s; "+
				"a secret belongs into credentials_wo",
				t, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if err := s.check(settings[k]); err != nil {
			return k, err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if _, given := settings[k]; known[k].required && !given {
			return "", fmt.Errorf("must have %s for a connector of type %s", k, t)
		}
	}
	return "", nil
}

// CheckCredentials checks the shape of a connector's credentials, given as key → length of the value.
func CheckCredentials(lengths map[string]int) error {
	if len(lengths) == 0 {
		return fmt.Errorf("must have at least one entry: an empty map is never sent over existing credentials")
	}
	if len(lengths) > MaxCredentials {
		return fmt.Errorf("must have at most %d entries", MaxCredentials)
	}
	for k, n := range lengths {
		if !keyRegexp.MatchString(k) {
			return fmt.Errorf("has a key that is not 1 to 63 letters, digits or any of _ . / - " +
				"with a letter or digit at both ends")
		}
		if n == 0 || n > MaxCredentialValue {
			return fmt.Errorf("has a value that is empty or longer than %d bytes", MaxCredentialValue)
		}
	}
	return nil
}

func matching(r *regexp.Regexp, what string) func(string) error {
	return func(s string) error {
		if !r.MatchString(s) {
			return fmt.Errorf("must be %s", what)
		}
		return nil
	}
}

func notEmpty(s string) error {
	if strings.TrimSpace(s) == "" || hasControl(s) {
		return fmt.Errorf("must not be empty")
	}
	return nil
}

func oneOf(allowed ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("must be one of %s", strings.Join(allowed, ", "))
		}
		return nil
	}
}

func address(s string) error {
	if _, err := mail.ParseAddress(s); err != nil {
		return fmt.Errorf("must be an e-mail address")
	}
	return nil
}

func httpsURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("must be an https URL without user, query and fragment: those can hold secrets")
	}
	return nil
}
