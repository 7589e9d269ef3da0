package oidctest

import "slices"

// JWT is a token that the provider signs for a test, fit or not.
type JWT struct {
	// Claims is the payload; nothing is added to it. An iss is the caller's to set.
	Claims map[string]any `json:"claims"`
	// Key is the id of the key, also of one that was dropped. The newest, where it is empty.
	Key string `json:"key,omitempty"`
	// Algorithm is the key's own, where it is empty. "none" leaves the signature out. HS256 takes the public key, in PEM,
	// as the secret.
	Algorithm string `json:"algorithm,omitempty"`
	// Header replaces members of the header. A nil value removes one.
	Header map[string]any `json:"header,omitempty"`
}

// Sign returns a token with these claims, signed by the newest key.
func (p *Provider) Sign(claims map[string]any) string {
	p.tb.Helper()
	return p.SignJWT(JWT{Claims: claims})
}

// SignJWT returns a token that is made as the test says.
func (p *Provider) SignJWT(token JWT) string {
	p.tb.Helper()
	var out struct{ Token string }
	p.tell("sign", token, &out)
	return out.Token
}

// RotateKey makes a key for an algorithm, such as RS256, ES256 or EdDSA, and returns its id. It signs from now on; the
// keys before it stay published.
func (p *Provider) RotateKey(algorithm string) string {
	p.tb.Helper()
	var out struct{ ID string }
	p.tell("keys", map[string]string{"algorithm": algorithm}, &out)
	return out.ID
}

// DropKey stops publishing a key.
func (p *Provider) DropKey(id string) {
	p.tb.Helper()
	p.tell("keys/drop", map[string]string{"id": id}, nil)
}

// The ways in which the provider treats a refresh token that was used.
const (
	RotateStrictly  = "strict" // it is worthless from then on
	RotateWithGrace = "grace"  // it can be used again, and gives the newest one
	RotateNever     = "never"  // it stays the one in use
)

// Rotation sets how refresh tokens are treated; strictly, until a test says otherwise.
func (p *Provider) Rotation(way string) {
	p.tb.Helper()
	p.tell("settings", map[string]string{"rotation": way}, nil)
}

// Lifetime sets that of the access tokens made from now on, in seconds; 300, until a test says otherwise.
func (p *Provider) Lifetime(seconds int) {
	p.tb.Helper()
	p.tell("settings", map[string]int{"lifetime": seconds}, nil)
}

// RefreshToken returns a new refresh token of WebClient, as a login of its user gives it.
func (p *Provider) RefreshToken(scopes ...string) string {
	p.tb.Helper()
	var out struct {
		RefreshToken string `json:"refresh_token"`
	}
	p.tell("refresh-tokens", map[string][]string{"scopes": scopes}, &out)
	return out.RefreshToken
}

// EndRefreshToken makes a refresh token worthless, as its user can.
func (p *Provider) EndRefreshToken(token string) {
	p.tb.Helper()
	p.tell("refresh-tokens/end", map[string]string{"token": token}, nil)
}

// Fault is how requests fail. The first fault that fits a request counts.
type Fault struct {
	// Path is one of the paths of the provider; every one, where it is empty.
	Path string `json:"path,omitempty"`
	// Times is how many requests fail; all of them, where it is 0.
	Times int `json:"times,omitempty"`
	// Delay is how many milliseconds a request waits first.
	Delay int `json:"delay,omitempty"`
	// Status, Body and Location are an answer in place of the provider's.
	Status   int    `json:"status,omitempty"`
	Body     string `json:"body,omitempty"`
	Location string `json:"location,omitempty"`
	// Padding is how many bytes of space follow the provider's answer.
	Padding int `json:"padding,omitempty"`
	// Lose closes the connection after the request was carried out.
	Lose bool `json:"lose,omitempty"`
	// Hold keeps the answer back, after the request was carried out, until its client is gone or ClearFaults.
	Hold bool `json:"hold,omitempty"`
}

// Fail adds a fault.
func (p *Provider) Fail(fault Fault) {
	p.tb.Helper()
	p.tell("faults", fault, nil)
}

// ClearFaults ends every fault.
func (p *Provider) ClearFaults() {
	p.tb.Helper()
	p.tell("faults/clear", struct{}{}, nil)
}

// Request is one that the provider has had.
type Request struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	GrantType string `json:"grant_type"`
	// Auth is how the client showed who it is: "basic", "post" or nothing.
	Auth string `json:"auth"`
	// Status is what was answered, also where the answer was lost; 0 while the request is under way.
	Status int `json:"status"`
	// Held says that the request was carried out, and its answer is kept back.
	Held bool `json:"held"`
}

// Requests returns the requests to a path so far, in their order; all requests, where the path is empty.
func (p *Provider) Requests(path string) []Request {
	p.tb.Helper()
	var all []Request
	p.tell("requests", struct{}{}, &all)
	return slices.DeleteFunc(all, func(r Request) bool { return path != "" && r.Path != path })
}
