package transit

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// session is the login of a client. Whoever holds the turn may change it.
type session struct {
	*connection

	turn  chan struct{}
	token secret.Value
	lease lease
}

// lease is how long a token lasts.
type lease struct {
	granted   time.Time
	ttl       time.Duration // 0: it does not end
	longest   time.Duration // the first ttl of the token
	renewable bool
}

// step is what a lease needs.
type step string

const (
	stepNone  step = "none"
	stepRenew step = "renew"
	stepLogin step = "login"
)

// next decides what a lease needs at a time. Two thirds after it was granted, it is renewed. Where that cannot be, or
// where the last renewal gave less than half of the first life because the longest life of the token nears, a new
// login takes its place.
func (l lease) next(now time.Time) step {
	passed := now.Sub(l.granted)
	switch {
	case l.ttl == 0 || passed >= 0 && passed < l.ttl*2/3:
		return stepNone
	case passed < 0 || passed >= l.ttl: // the clock was set back, or it has ended
		return stepLogin
	case l.renewable && l.ttl >= l.longest/2:
		return stepRenew
	}
	return stepLogin
}

// auth is the member of answers that give a token.
type auth struct {
	Token     string `json:"client_token"`
	Duration  int64  `json:"lease_duration"`
	Renewable bool   `json:"renewable"`
}

func (c *connection) now() time.Time { return c.options.Clock.Now() }

// get returns a token that is valid, as far as is known. It logs in, or renews, where that is due. refused is a token
// that the server has just refused: a login gives another one, a file may.
func (s *session) get(ctx context.Context, refused secret.Value) (secret.Value, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return secret.Value{}, s.fail(Unreachable, "does not answer in time", doWait)
	}
	defer func() { <-s.turn }()
	if s.key.Login.Method == loginToken {
		if err := s.readTokenFile(ctx); err != nil {
			return secret.Value{}, err
		}
	} else if !refused.IsEmpty() && s.token.Equal(refused) {
		s.token = secret.Value{}
	}
	todo := s.lease.next(s.now())
	if s.token.IsEmpty() {
		todo = stepLogin
	}
	err := s.take(ctx, todo)
	return s.token, err
}

// take takes the step that a lease needs. A token that is still valid serves where the step fails in an outage.
func (s *session) take(ctx context.Context, todo step) error {
	if todo == stepRenew {
		err := s.renew(ctx)
		if err == nil || IsUnreachable(err) {
			return nil
		}
		todo = stepLogin
	}
	if todo == stepNone || s.key.Login.Method == loginToken { // only whoever writes the file has another token
		return nil
	}
	err := s.login(ctx)
	if IsUnreachable(err) && !s.token.IsEmpty() && s.now().Sub(s.lease.granted) < s.lease.ttl {
		return nil
	}
	return err
}

// readTokenFile takes the token of the file. Of a new one it asks how long it lasts.
func (s *session) readTokenFile(ctx context.Context) error {
	token, err := s.readSecret()
	if err != nil {
		return err
	}
	if s.token.Equal(token) && !token.IsEmpty() {
		return nil
	}
	s.token, s.lease = token, lease{}
	got, err := s.request(ctx, http.MethodGet, "auth/token/lookup-self", token, nil)
	if err != nil {
		s.token = secret.Value{} // it is asked again
		return err
	}
	if !got.ok() { // a policy may forbid the question: nothing is renewed then, and a token that ends is refused
		return nil
	}
	var body struct {
		Data struct {
			TTL       int64 `json:"ttl"`
			Renewable bool  `json:"renewable"`
		} `json:"data"`
	}
	if json.Unmarshal(got.body, &body) == nil {
		ttl := time.Duration(body.Data.TTL) * time.Second
		s.lease = lease{granted: s.now(), ttl: ttl, longest: ttl, renewable: body.Data.Renewable}
	}
	return nil
}

// readSecret reads the file of the login.
func (s *session) readSecret() (secret.Value, error) {
	text, err := readFile(s.key.Login.File)
	value := strings.TrimSpace(string(text))
	switch {
	case err != nil:
		return secret.Value{}, s.fail(Refused, "is not asked, because the file of the login cannot be read ("+err.Error()+")",
			"make it readable for the user of quickconnectd")
	case value == "" || strings.ContainsAny(value, " \t\r\n"):
		return secret.Value{}, s.fail(Refused, "is not asked, because the file of the login has no token",
			"put one token into it, and nothing else")
	}
	return secret.New(value), nil
}

// login gets a token for the JWT of the file.
func (s *session) login(ctx context.Context) (err error) {
	defer s.observe("login", s.now(), &err)
	jwt, err := s.readSecret()
	if err != nil {
		return err
	}
	body := map[string]string{"role": s.key.Login.Role, "jwt": jwt.Expose()}
	got, err := s.request(ctx, http.MethodPost, "auth/"+s.key.Login.Mount+"/login", secret.Value{}, body)
	if err != nil {
		return err
	}
	granted, ok := authOf(got)
	if !ok || granted.Token == "" {
		s.token = secret.Value{}
		return s.fail(Refused, "refuses the login", "look at the role, the audience and the end of the JWT, and at the "+
			"audit log of the service")
	}
	ttl := time.Duration(granted.Duration) * time.Second
	s.token = secret.New(granted.Token)
	s.lease = lease{granted: s.now(), ttl: ttl, longest: ttl, renewable: granted.Renewable}
	return nil
}

// renew makes the token last longer.
func (s *session) renew(ctx context.Context) (err error) {
	defer s.observe("renew", s.now(), &err)
	got, err := s.request(ctx, http.MethodPost, "auth/token/renew-self", s.token, map[string]string{})
	if err != nil {
		return err
	}
	granted, ok := authOf(got)
	if !ok {
		s.lease.renewable = false
		return s.fail(Refused, "does not renew the token", "")
	}
	s.lease.granted, s.lease.ttl = s.now(), time.Duration(granted.Duration)*time.Second
	s.lease.renewable = granted.Renewable
	return nil
}

func authOf(got answer) (a auth, ok bool) {
	var body struct {
		Auth *auth `json:"auth"`
	}
	if !got.ok() || json.Unmarshal(got.body, &body) != nil || body.Auth == nil {
		return a, false
	}
	return *body.Auth, true
}

// observe reports a call. It is deferred, with the time at which the call began.
func (c *connection) observe(operation string, began time.Time, err *error) {
	if c.options.Observe != nil {
		c.options.Observe(operation, outcomeOf(*err), c.now().Sub(began))
	}
}
