package api

import (
	"encoding/base64"
	"errors"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// form is the form of a setting or of a credential.
type form struct {
	text string // completes "must be …"
	fits func(string) bool
	any  bool // says nothing that a reference page would have to repeat for every key
}

func (f form) refusal() error { return errors.New("must be " + f.text) }

var (
	oneWordRegexp   = regexp.MustCompile(`^[!-~]+$`)
	guidRegexp      = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	e164Regexp      = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	shortCodeRegexp = regexp.MustCompile(`^[0-9]{3,6}$`)
	senderRegexp    = regexp.MustCompile(`^[A-Za-z0-9+&_-]([A-Za-z0-9 +&_-]{0,9}[A-Za-z0-9+&_-])?$`)
	channelRegexp   = regexp.MustCompile(`^[a-z][a-z0-9_]{1,31}:[!-~]{1,255}$`)
	letterRegexp    = regexp.MustCompile(`[A-Za-z]`)
	webhookRegexp   = regexp.MustCompile(`^/api/(v[0-9]+/)?webhooks/[0-9]+/[A-Za-z0-9_-]+$`)
)

var (
	someText = anyOf("a text that is not empty", func(s string) bool {
		return strings.TrimSpace(s) != "" && !hasControl(s)
	})
	oneWord = anyOf("printable ASCII characters without spaces", oneWordRegexp.MatchString)
	oneLine = anyOf("one line of text", func(s string) bool { return !hasControl(s) })

	mailAddress = textForm("an e-mail address", func(s string) bool { _, err := mail.ParseAddress(s); return err == nil })
	mailHost    = textForm("a host name such as mail.example.com, or an IP address without brackets", isHost)
	portNumber  = textForm("a port from 1 to 65535", func(s string) bool { return checkPort(s) == nil })

	guid       = matching(`a GUID such as 11111111-2222-3333-4444-555555555555`, guidRegexp)
	snowflake  = matching("a number of at most 20 digits", regexp.MustCompile(`^[0-9]{1,20}$`))
	slackID    = matching("a Slack id such as T0123ABCD", regexp.MustCompile(`^[A-Z0-9]{2,24}$`))
	base64Text = textForm("a text in base64", func(s string) bool {
		_, err := base64.StdEncoding.DecodeString(s)
		return err == nil
	})

	plainURL = textForm(
		"an https URL without user, query and fragment: a URL that is a secret belongs into credentials_wo",
		func(s string) bool { u := httpsURL(s); return u != nil && u.RawQuery == "" },
	)
	tokenURL = textForm(
		"an https URL without user, query and fragment; http is for this machine alone, where the platform was started "+
			"with --allow-private-endpoints",
		func(s string) bool { return CheckEndpointURL(s, true) == nil && !strings.Contains(s, "?") },
	)
	scopeList = textForm("scopes with one space between them", func(s string) bool {
		return !slices.ContainsFunc(strings.Split(s, " "), func(one string) bool {
			return !oneWordRegexp.MatchString(one) || strings.ContainsAny(one, `"\`)
		})
	})
	secretURL = textForm("an https URL without user and fragment", func(s string) bool { return httpsURL(s) != nil })
	slackURL  = textForm("the URL of a webhook, such as https://hooks.slack.com/services/…", func(s string) bool {
		u := httpsURL(s)
		return u != nil && slices.Contains([]string{"hooks.slack.com", "hooks.slack-gov.com"}, u.Hostname())
	})
	discordURL = textForm("the URL of a webhook, such as https://discord.com/api/webhooks/…", func(s string) bool {
		u := httpsURL(s)
		hosts := []string{"discord.com", "discordapp.com", "canary.discord.com", "ptb.discord.com"}
		return u != nil && slices.Contains(hosts, u.Hostname()) && webhookRegexp.MatchString(u.Path)
	})

	sendgridKey = textForm("a key of 69 characters that begins with SG.", func(s string) bool {
		return len(s) == 69 && strings.HasPrefix(s, "SG.") && oneWordRegexp.MatchString(s)
	})
	twilioSender = textForm(
		"a telephone number such as +15005550006, a short code of 3 to 6 digits, an alphanumeric sender ID of at most 11 "+
			"letters, digits, spaces and any of + - _ & with a letter among them, or a channel and its address such as "+
			"whatsapp:+14155238886",
		isTwilioSender,
	)
)

func textForm(text string, fits func(string) bool) form { return form{text: text, fits: fits} }

func anyOf(text string, fits func(string) bool) form { return form{text: text, fits: fits, any: true} }

func matching(text string, r *regexp.Regexp) form { return textForm(text, r.MatchString) }

func oneOfTexts(allowed ...string) form {
	return textForm("one of "+strings.Join(allowed, ", "), func(s string) bool { return slices.Contains(allowed, s) })
}

// beginning is a token that tells its kind by its first characters.
func beginning(prefixes ...string) form {
	return textForm("a token that begins with "+strings.Join(prefixes, " or "), func(s string) bool {
		return oneWordRegexp.MatchString(s) && slices.ContainsFunc(prefixes, func(p string) bool {
			return strings.HasPrefix(s, p) && len(s) > len(p)
		})
	})
}

// twilioSID is the id of one kind of Twilio's objects. The first two letters say of which.
func twilioSID(kind string) form {
	return matching(kind+" and 32 hexadecimal digits", regexp.MustCompile(`^`+kind+`[0-9A-Fa-f]{32}$`))
}

func isTwilioSender(s string) bool {
	if channelRegexp.MatchString(s) {
		_, telephone, _ := strings.Cut(s, ":")
		return !strings.HasPrefix(s, "whatsapp:") || e164Regexp.MatchString(telephone)
	}
	return e164Regexp.MatchString(s) || shortCodeRegexp.MatchString(s) ||
		senderRegexp.MatchString(s) && letterRegexp.MatchString(s)
}

// httpsURL reads a URL with a host, and without user and fragment; nil if it is not one.
func httpsURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.User != nil || strings.Contains(s, "#") || checkURLHost(u) != nil ||
		!oneWordRegexp.MatchString(s) {
		return nil
	}
	return u
}

// isHost reports whether a text is a host name or an IP address.
func isHost(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == ""
	}
	return checkHostName(s) == nil
}
