package transittest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// TokenOptions are what a token may do, and how long it lasts.
type TokenOptions struct {
	TTL, MaxTTL time.Duration // 0: it does not end; it does not end earlier than TTL allows
	Renewable   bool
	Operator    bool // it may rotate the key
	Useless     bool // its policy names nothing of the engine
}

type token struct {
	TokenOptions

	value   string
	method  string // that it was got with
	born    time.Time
	expires time.Time // zero: never
	routes  []string
}

// Routes are the routes of the least privilege: of the platform, and of the operator.
func (o TokenOptions) routes() []string {
	routes := []string{"auth/token/lookup-self", "auth/token/renew-self"}
	if !o.Useless {
		routes = append(routes, Mount+"/encrypt/quickconnect", Mount+"/decrypt/quickconnect")
	}
	if o.Operator {
		routes = append(routes, Mount+"/keys/quickconnect/rotate")
	}
	return routes
}

func (t *token) ended(now time.Time) bool { return !t.expires.IsZero() && !now.Before(t.expires) }

func (t *token) may(route string) bool { return slices.Contains(t.routes, route) }

// Token makes a token.
func (s *Server) Token(o TokenOptions) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token(o).value
}

func (s *Server) token(o TokenOptions) *token {
	t := &token{TokenOptions: o, value: random("hvs."), born: s.clock.Now(), routes: o.routes()}
	if o.TTL > 0 {
		t.expires = t.born.Add(o.TTL)
	}
	s.tokens[t.value] = t
	s.secrets = append(s.secrets, t.value)
	return t
}

// Revoke ends a token.
func (s *Server) Revoke(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, value)
}

// RevokeLogins ends the tokens of a method.
func (s *Server) RevokeLogins(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.tokens, func(_ string, t *token) bool { return t.method == method })
}

// Deny takes every capability from the tokens that are valid, and from those of later logins.
func (s *Server) Deny() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.routes = TokenOptions{Useless: true}.routes()
	}
	for _, r := range s.roles {
		r.Useless = true
	}
}

type role struct {
	TokenOptions

	jwt string
}

// Role makes a role of an auth method, such as jwt or kubernetes, and returns the JWT that it takes.
func (s *Server) Role(mount, name string, o TokenOptions) (jwt string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	jwt = random("eyJhbGciOiJub25lIn0.") + "." + random("")
	s.roles[mount+" "+name] = &role{o, jwt}
	s.secrets = append(s.secrets, jwt)
	return jwt, nil
}

func (s *Server) login(w http.ResponseWriter, req request) {
	mount := strings.TrimSuffix(strings.TrimPrefix(req.route, "auth/"), "/login")
	name, _ := req.body["role"].(string)
	jwt, _ := req.body["jwt"].(string)
	r := s.roles[mount+" "+name]
	switch {
	case r == nil:
		refuse(w, http.StatusBadRequest, "role \""+name+"\" could not be found")
	case r.jwt != jwt:
		refuse(w, http.StatusForbidden, "error validating token "+jwt)
	default:
		t := s.token(r.TokenOptions)
		t.method = mount
		s.granted(w, t)
	}
}

func (s *Server) granted(w http.ResponseWriter, t *token) {
	left := int64(0)
	if !t.expires.IsZero() {
		left = int64(t.expires.Sub(s.clock.Now()).Seconds())
	}
	respond(w, http.StatusOK, map[string]any{"auth": map[string]any{
		"client_token": t.value, "lease_duration": left, "renewable": t.Renewable, "token_type": "service",
	}})
}

func (s *Server) lookup(w http.ResponseWriter, req request) {
	left := int64(0)
	if !req.token.expires.IsZero() {
		left = int64(req.token.expires.Sub(s.clock.Now()).Seconds())
	}
	respond(w, http.StatusOK, map[string]any{"data": map[string]any{
		"id": req.token.value, "ttl": left, "renewable": req.token.Renewable,
	}})
}

// renew gives a token its time again, as far as its longest life goes.
func (s *Server) renew(w http.ResponseWriter, req request) {
	t := req.token
	if !t.Renewable {
		refuse(w, http.StatusBadRequest, "lease is not renewable")
		return
	}
	t.expires = s.clock.Now().Add(t.TTL)
	if longest := t.born.Add(t.MaxTTL); t.MaxTTL > 0 && t.expires.After(longest) {
		t.expires = longest
	}
	s.granted(w, t)
}
