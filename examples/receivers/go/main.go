// Command quickconnect-receiver receives signed webhooks (Standard Webhooks 1.0.0). It uses the standard library only.
// ../README.md lists its answers and their reasons. It is one file, so that it is easy to copy.
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

const (
	maxBody       = 1 << 20
	maxSignatures = 32 // limits the work that an unknown sender can cause
	maxSecrets    = 16 // two for each of 8 signing secrets, if all are in a rotation
	maxDepth      = 256
	tolerance     = 5 * 60

	// A timestamp may be 5 minutes ahead, and is valid for 5 minutes after itself. The rest is a margin.
	rememberFor   = 2*tolerance + 10
	minRemembered = 10_000    // keep this many ids, however old
	maxRemembered = 1_000_000 // with more ids, refuse new events: they could be handled twice
)

var (
	// An id without a dot cannot move the borders between the signed parts. Visible characters cannot forge a log line.
	idPattern        = regexp.MustCompile(`^[!-\-/-~]{1,256}$`)
	timestampPattern = regexp.MustCompile(`^[1-9][0-9]{0,11}$`)
	unprintable      = regexp.MustCompile(`[^!-~]`)
	brackets         = regexp.MustCompile(`(?s)\\.|["\[\]{}]`)
)

type event struct {
	ID, Type, Timestamp, Tenant, Environment, EndpointID string
	Data                                                 json.RawMessage
}

func handle(e event) error {
	// Your work goes here. After an error the platform delivers the event again.
	return nil
}

// refusal is the answer to a delivery that is not handled. The reason is logged, so it contains no value of the request
// or the config.
type refusal struct {
	status int
	reason string
}

func refuse(status int, reason string) *refusal { return &refusal{status, reason} }

type receiver struct {
	configPath string

	// The ids are in memory only, so a restart forgets them. In a real service, store them in your database, in the
	// transaction of the event's effect.
	mu       sync.Mutex
	handling map[string]bool
	accepted map[string]acceptance // by id
	order    []string              // the accepted ids, oldest first
}

type acceptance struct {
	timestamp string    // webhook-timestamp
	at        time.Time // of this delivery or of its last retry
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	status, line, no := r.answer(w, req)
	if no != nil {
		status, line = no.status, fmt.Sprintf("refused %d %s", no.status, no.reason)
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	fmt.Println(line)
	w.WriteHeader(status)
}

func (r *receiver) answer(w http.ResponseWriter, req *http.Request) (status int, line string, no *refusal) {
	if req.Method != http.MethodPost {
		return 0, "", refuse(405, "only POST is answered")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return 0, "", refuse(413, "the body is larger than 1 MiB")
	} else if err != nil {
		return 0, "", refuse(400, "the body did not arrive whole")
	}
	c, no := readConfig(r.configPath)
	if no != nil {
		return 0, "", no
	}
	id, timestamp, no := verify(c.keys, req.Header, body)
	if no != nil {
		return 0, "", no
	}
	e, no := parseEvent(id, body)
	if no != nil {
		return 0, "", no
	}
	// An attacker can replay a delivery of another endpoint here, and this receiver may know that endpoint's secret too.
	switch {
	case e.Tenant != c.Tenant:
		return 0, "", refuse(403, "the delivery is for another tenant")
	case e.Environment != c.Environment:
		return 0, "", refuse(403, "the delivery is for another environment")
	case e.EndpointID != c.EndpointID:
		return 0, "", refuse(403, "the delivery is for another endpoint")
	case e.Type == "quickconnect.probe":
		// The platform asks whether this receiver accepts a new secret. The answer is all that it needs.
		return 204, "probed " + word(id), nil
	case c.EventTypes != nil && !slices.ContainsFunc(c.EventTypes, func(t string) bool { return covers(t, e.Type) }):
		return 0, "", refuse(422, "events of this type are not taken here")
	}
	if repeated, no := r.begin(id, timestamp); no != nil {
		return 0, "", no
	} else if repeated {
		return 200, "repeated " + word(id), nil
	}
	err = work(e)
	r.end(id, timestamp, err == nil)
	if err != nil {
		return 0, "", refuse(500, "handling the event failed")
	}
	return 204, "accepted " + word(id) + " " + word(e.Type), nil
}

// covers reports whether an event type, or a family such as message.*, covers the type of an event.
func covers(eventType, of string) bool {
	family, ok := strings.CutSuffix(eventType, "*")
	return eventType == of || ok && strings.HasSuffix(family, ".") && strings.HasPrefix(of, family)
}

// verify checks a delivery by Standard Webhooks. The signed bytes are id, timestamp and body, joined by dots; the body
// is unchanged. The header has one signature for each valid secret of the sender. One match is enough.
func verify(keys []key, header http.Header, body []byte) (id, timestamp string, no *refusal) {
	var values [3]string
	for i, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		found := header.Values(name)
		switch {
		case len(found) > 1: // programs differ in which one they take
			return "", "", refuse(400, name+" is there more than once")
		case len(found) == 0 || found[0] == "":
			return "", "", refuse(400, name+" is missing")
		}
		values[i] = found[0]
	}
	id, timestamp = values[0], values[1]
	if !idPattern.MatchString(id) {
		return "", "", refuse(400, "webhook-id is not 1 to 256 visible characters without a dot")
	}
	if !timestampPattern.MatchString(timestamp) {
		return "", "", refuse(400, "webhook-timestamp is not unix seconds")
	}
	if strings.Count(values[2], " ") >= maxSignatures {
		return "", "", refuse(400, "webhook-signature has more than 32 signatures")
	}
	at, _ := strconv.ParseInt(timestamp, 10, 64)
	if now := time.Now().Unix(); now-at > tolerance || at-now > tolerance {
		return "", "", refuse(401, "webhook-timestamp is more than 5 minutes away")
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	signatures := strings.Split(values[2], " ")
	for _, k := range keys {
		if k.signed(signed, signatures) {
			return id, timestamp, nil
		}
	}
	return "", "", refuse(401, "no signature matches")
}

// key is one secret: an HMAC secret (whsec_), or an ed25519 public key (whpk_).
type key struct {
	secret []byte
	public ed25519.PublicKey
}

func (k key) signed(content []byte, signatures []string) bool {
	var expected string
	if k.secret != nil {
		mac := hmac.New(sha256.New, k.secret)
		mac.Write(content)
		expected = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	for _, signature := range signatures {
		version, value, _ := strings.Cut(signature, ",")
		switch {
		case version == "v1" && k.secret != nil:
			if hmac.Equal([]byte(value), []byte(expected)) { // in constant time
				return true
			}
		case version == "v1a" && k.public != nil:
			if b, ok := decode(value); ok && ed25519.Verify(k.public, content, b) {
				return true
			}
		}
	}
	return false
}

// decode reads standard base64 with padding. It encodes the result again, to refuse what Go's decoder accepts: line
// ends and stray last bits.
func decode(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil && base64.StdEncoding.EncodeToString(b) == text
}

func parseEvent(id string, body []byte) (event, *refusal) {
	if utf8.Valid(body) && depth(body) > maxDepth { // parsers differ in how deep they go
		return event{}, refuse(400, "the body is nested more than 256 deep")
	}
	// This decodes into a map: a struct would accept "TENANT" for "tenant".
	var members map[string]json.RawMessage
	if !utf8.Valid(body) || json.Unmarshal(body, &members) != nil || members == nil {
		return event{}, refuse(400, "the body is not a JSON object")
	}
	e := event{ID: id, Data: members["data"]}
	for _, member := range []struct {
		name string
		into *string
	}{
		{"type", &e.Type},
		{"timestamp", &e.Timestamp},
		{"tenant", &e.Tenant},
		{"environment", &e.Environment},
		{"endpoint_id", &e.EndpointID},
	} {
		if json.Unmarshal(members[member.name], member.into) != nil || *member.into == "" {
			return event{}, refuse(400, "the body has no text "+member.name)
		}
	}
	if e.Data == nil {
		return event{}, refuse(400, "the body has no data")
	}
	return e, nil
}

// depth returns how deep the arrays and objects of a JSON text are nested.
func depth(text []byte) (deepest int) {
	level, quoted := 0, false
	for _, token := range brackets.FindAll(text, -1) {
		switch b := token[0]; {
		case b == '"':
			quoted = !quoted
		case quoted || b == '\\':
		case b == '[' || b == '{':
			level++
			deepest = max(deepest, level)
		default:
			level--
		}
	}
	return deepest
}

// begin reports whether the event was accepted before. If it returns false and no refusal, the caller must handle the
// event and call end. Only one request gets that result.
func (r *receiver) begin(id, timestamp string) (repeated bool, no *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, found := r.accepted[id]
	switch {
	case found && first.timestamp == timestamp: // the platform signs every attempt again, so this is a copy
		return false, refuse(409, "this delivery was accepted before")
	case found: // the platform's retry: the first answer was lost
		r.accepted[id] = acceptance{first.timestamp, time.Now()} // so that a copy of the retry is refused
		return true, nil
	case r.handling[id]: // 200 would be wrong if the other request fails
		return false, refuse(409, "this event is being handled")
	}
	for len(r.order) > minRemembered && time.Since(r.accepted[r.order[0]].at) > rememberFor*time.Second {
		delete(r.accepted, r.order[0])
		r.order = r.order[1:]
	}
	if len(r.accepted)+len(r.handling) >= maxRemembered {
		return false, refuse(503, "too many events to remember for now")
	}
	r.handling[id] = true
	return false, nil
}

func (r *receiver) end(id, timestamp string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.handling, id)
	if ok {
		r.accepted[id] = acceptance{timestamp, time.Now()}
		r.order = append(r.order, id)
	}
}

// work calls handle and returns an error for a panic, so that the id does not stay in handling.
func work(e event) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("handle panicked")
		}
	}()
	return handle(e)
}

type config struct {
	Tenant      string    `json:"tenant"`
	Environment string    `json:"environment"`
	EndpointID  string    `json:"endpoint_id"`
	EventTypes  []string  `json:"event_types"` // null if Terraform has none: every type
	Secrets     []*string `json:"secrets"`     // null if there is no second one
	keys        []key
}

// readConfig reads the file for every request, so that a rotation needs no restart. 503 makes the platform retry later.
func readConfig(path string) (config, *refusal) {
	c := config{EventTypes: []string{}} // stays empty if the member is missing
	text, err := os.ReadFile(path)
	if err != nil {
		return c, refuse(503, "the config file cannot be read")
	}
	if json.Unmarshal(text, &c) != nil || c.Tenant == "" || c.Environment == "" || c.EndpointID == "" ||
		c.Secrets == nil ||
		c.EventTypes != nil && (len(c.EventTypes) == 0 || slices.Contains(c.EventTypes, "")) {
		return c, refuse(503, "the config file is not JSON with tenant, environment, endpoint_id, event_types and secrets")
	}
	for _, secret := range c.Secrets {
		if secret == nil {
			continue
		}
		hmacText, isHMAC := strings.CutPrefix(*secret, "whsec_")
		publicText, isPublic := strings.CutPrefix(*secret, "whpk_")
		if b, ok := decode(hmacText); isHMAC && ok && len(b) >= 24 && len(b) <= 64 {
			c.keys = append(c.keys, key{secret: b})
		} else if b, ok := decode(publicText); isPublic && ok && len(b) == ed25519.PublicKeySize {
			c.keys = append(c.keys, key{public: b})
		} else {
			return c, refuse(503, "a secret in the config file has a wrong prefix or wrong base64")
		}
	}
	if len(c.keys) < 1 || len(c.keys) > maxSecrets {
		return c, refuse(503, "the config file must have 1 to 16 secrets")
	}
	return c, nil
}

// word returns at most 100 visible characters of a text, so that it cannot forge a log line.
func word(s string) string {
	s = unprintable.ReplaceAllString(s, "?")
	return s[:min(len(s), 100)]
}

func main() {
	path := os.Getenv("RECEIVER_CONFIG")
	if path == "" {
		log.Fatal("RECEIVER_CONFIG must be the path of the config file")
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	// Loopback only: put a proxy in front that terminates TLS.
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler:           &receiver{configPath: path, handling: map[string]bool{}, accepted: map[string]acceptance{}},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
	}
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
	fmt.Printf("listening on http://%s\n", listener.Addr())
	<-stop.Done()
	// Finish running requests, but do not wait for a silent client.
	finish, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if server.Shutdown(finish) != nil {
		server.Close()
	}
}
