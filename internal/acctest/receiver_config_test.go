package acctest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func TestReceiverConfig(t *testing.T) {
	for _, language := range acctest.Receivers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			old, fresh := newKey(t, webhook.HMAC), newKey(t, webhook.HMAC)
			var many []webhook.Key
			texts := []string{""}
			for range 16 {
				k := newKey(t, webhook.HMAC)
				many, texts = append(many, k), append(texts, k.Expose())
			}
			r := acctest.StartReceiver(t, language)
			c := talkTo(t, r, slices.Concat(many, []webhook.Key{old, fresh})...)
			now, n := clock.System().Now(), 0
			post := func(name string, key webhook.Key, status int, line string) {
				t.Helper()
				n++
				id := fmt.Sprintf("msg_%d", n)
				c.post(name, c.delivery(id, now, eventWith(nil), key), status, strings.ReplaceAll(line, "ID", id))
			}
			const accepted, noMatch = "accepted ID " + receivedType, "refused 401 no signature matches"

			post("no config yet", old, 503, configMissing)
			// A rotation, as the receiver sees it: the old secret, both, the new one.
			r.Configure(receiverConfig(old.Expose(), ""))
			post("old before the rotation", old, 204, accepted)
			post("new before the rotation", fresh, 401, noMatch)
			r.Configure(receiverConfig("", fresh.Expose(), old.Expose()))
			post("old in the overlap", old, 204, accepted)
			post("new in the overlap", fresh, 204, accepted)
			r.Configure(receiverConfig(fresh.Expose()))
			post("old after the rotation", old, 401, noMatch)
			post("new after the rotation", fresh, 204, accepted)

			// 8 signing secrets, all of them in a rotation.
			r.Configure(receiverConfig(texts...))
			for i, k := range many {
				post(fmt.Sprintf("secret %d of 16", i+1), k, 204, accepted)
			}
			c.post("16 signatures", c.delivery("msg_many", now, eventWith(nil), many...), 204, "accepted msg_many "+receivedType)
			post("none of 16 secrets", fresh, 401, noMatch)
			r.Configure(receiverConfig(append(texts, old.Expose())...))
			post("17 secrets", many[0], 503, configCount)

			families := receiverConfig(fresh.Expose())
			families.EventTypes = []string{"contact.created", "message.*"}
			r.Configure(families)
			post("a type of a family", fresh, 204, accepted)
			families.EventTypes = []string{"messages.*", "mess.*", "message", "*"}
			r.Configure(families)
			post("a type of no family", fresh, 422, "refused 422 events of this type are not taken here")

			other := receiverConfig(fresh.Expose())
			other.EventTypes = nil
			r.Configure(other)
			post("every type is taken", fresh, 204, accepted)
			c.post("any type", c.delivery("msg_any", now, eventWith(map[string]any{"type": "message.read"}), fresh), 204,
				"accepted msg_any message.read")
			c.post("probe beside every type", c.delivery("msg_any", now, eventWith(map[string]any{"type": api.ProbeEventType}),
				fresh), 204, "probed msg_any")
			other = receiverConfig(fresh.Expose())
			other.Environment = acctest.Environment
			r.Configure(other)
			post("another environment", fresh, 403, "refused 403 the delivery is for another environment")

			remove(t, r.ConfigFile)
			post("config is gone", fresh, 503, configMissing)
			_, encoded, _ := strings.Cut(fresh.Expose(), "_")
			good := `{"tenant":"acme","environment":"production","endpoint_id":"wep_here",` +
				`"event_types":["message.delivered"],"secrets":["` + fresh.Expose() + `"],"more":1}`
			r.WriteConfig([]byte(good))
			post("written by hand", fresh, 204, accepted)
			for _, tt := range []struct{ from, to, line string }{
				{good, "", configShape},
				{good, good[:len(good)-20], configShape},
				{good, fresh.Expose(), configShape},
				{good, "[]", configShape},
				{good, "null", configShape},
				{`"acme"`, `""`, configShape},
				{`"production"`, "null", configShape},
				{`"wep_here"`, "5", configShape},
				{`["message.delivered"]`, `"message.delivered"`, configShape},
				{`["message.delivered"]`, "[5]", configShape},
				{`["message.delivered"]`, "[null]", configShape},
				{`["message.delivered"]`, `["message.delivered",""]`, configShape},
				{`["message.delivered"]`, "[]", configShape},
				{`["message.delivered"]`, "{}", configShape},
				{`["message.delivered"]`, "false", configShape},
				{`"event_types":["message.delivered"],`, "", configShape},
				{`"secrets"`, `"secret"`, configShape},
				{`["whsec_`, `["whsk_`, configSecret},
				{`["whsec_`, `["WHSEC_`, configSecret},
				{`["whsec_`, `["`, configSecret},
				{`["whsec_`, `[" whsec_`, configSecret},
				{encoded, strings.TrimRight(encoded, "="), configSecret},
				{encoded, encoded + `\n`, configSecret},
				{encoded, encoded[:20], configSecret},
				{encoded, strings.Repeat(encoded[:40], 3), configSecret},
				{encoded, encoded[:42] + strayBits(encoded[42]) + "=", configSecret},
				{encoded, "", configSecret},
				{encoded, "____" + encoded[4:], configSecret},
				{`["whsec_` + encoded + `"]`, "[]", configCount},
				{`["whsec_` + encoded + `"]`, "[null,null]", configCount},
				{`"whsec_` + encoded + `"`, strings.Repeat(`"whsec_`+encoded+`",`, 16) + `"whsec_` + encoded + `"`, configCount},
			} {
				bad := strings.Replace(good, tt.from, tt.to, 1)
				if bad == good {
					t.Fatalf("the config does not have %q", tt.from)
				}
				r.WriteConfig([]byte(bad))
				post("config with "+strings.ReplaceAll(tt.to, encoded, "…"), fresh, 503, tt.line)
			}
			r.WriteConfig([]byte(good))
			post("good again", fresh, 204, accepted)
			c.end()
		})
	}
}

// strayBits is the character after the last one of a base64 text: it says the same bytes, and has bits beyond them.
func strayBits(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := strings.IndexByte(alphabet, last) + 1
	return alphabet[at : at+1]
}
