package main

import (
	"context"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The ways in which the provider treats a refresh token that was used.
const (
	rotateStrictly  = "strict" // it is worthless from then on
	rotateWithGrace = "grace"  // it can be used again, and gives the newest one
	rotateNever     = "never"  // it stays the one in use
)

// settings are what a test chooses.
type settings struct {
	// Rotation is one of the ways above.
	Rotation string `json:"rotation"`
	// Lifetime is that of access tokens, in seconds.
	Lifetime int `json:"lifetime"`
}

// provider is the storage of the example, with keys that change and refresh tokens that are treated as a test says.
type provider struct {
	*storage.Storage
	keys   *ring
	people *people

	mu       sync.Mutex
	settings settings
	// newer has, for each refresh token that was used, the one that replaced it.
	newer map[string]string
}

func newProvider(s *storage.Storage, users *people) *provider {
	return &provider{
		Storage:  s,
		people:   users,
		keys:     newRing(),
		settings: settings{Rotation: rotateStrictly, Lifetime: 300},
		newer:    map[string]string{},
	}
}

func (p *provider) set(s settings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.Rotation != "" {
		p.settings.Rotation = s.Rotation
	}
	if s.Lifetime != 0 {
		p.settings.Lifetime = s.Lifetime
	}
}

func (p *provider) current() settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings
}

// newest follows a refresh token to the one that can be used, where the settings allow it.
func (p *provider) newest(token string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settings.Rotation != rotateWithGrace {
		return token
	}
	for next, ok := p.newer[token]; ok; next, ok = p.newer[token] {
		token = next
	}
	return token
}

// expiry is the end of an access token that is made now.
func (p *provider) expiry() time.Time {
	return time.Now().Add(time.Duration(p.current().Lifetime) * time.Second)
}

// CreateAccessToken gives the token the lifetime of the settings.
func (p *provider) CreateAccessToken(ctx context.Context, request op.TokenRequest) (string, time.Time, error) {
	id, _, err := p.Storage.CreateAccessToken(ctx, request)
	return id, p.expiry(), err
}

// CreateAccessAndRefreshTokens makes or replaces a refresh token, or keeps it where the settings say so.
func (p *provider) CreateAccessAndRefreshTokens(
	ctx context.Context, request op.TokenRequest, refreshToken string,
) (string, string, time.Time, error) {
	refreshToken = p.newest(refreshToken)
	if refreshToken != "" && p.current().Rotation == rotateNever {
		id, end, err := p.CreateAccessToken(ctx, request)
		return id, refreshToken, end, err
	}
	id, replacement, _, err := p.Storage.CreateAccessAndRefreshTokens(ctx, request, refreshToken)
	if err == nil && refreshToken != "" {
		p.mu.Lock()
		p.newer[refreshToken] = replacement
		p.mu.Unlock()
	}
	return id, replacement, p.expiry(), err
}

// TokenRequestByRefreshToken finds what a refresh token was made for.
func (p *provider) TokenRequestByRefreshToken(ctx context.Context, token string) (op.RefreshTokenRequest, error) {
	request, err := p.Storage.TokenRequestByRefreshToken(ctx, p.newest(token))
	if err == nil {
		err = p.people.check(request.GetSubject())
	}
	return request, err
}

// refreshToken makes one for the web client, as its login does.
func (p *provider) refreshToken(ctx context.Context, scopes []string) (string, error) {
	request := storage.RefreshTokenRequestFromBusiness(&storage.RefreshToken{
		ApplicationID: webClient, UserID: "id1", AuthTime: time.Now(), Audience: []string{webClient}, Scopes: scopes,
	})
	_, token, _, err := p.Storage.CreateAccessAndRefreshTokens(ctx, request, "")
	return token, err
}

// SigningKey returns the newest key.
func (p *provider) SigningKey(context.Context) (op.SigningKey, error) { return p.keys.newest(), nil }

// SignatureAlgorithms returns that of the newest key.
func (p *provider) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{p.keys.newest().algorithm}, nil
}

// KeySet returns every key that was not dropped.
func (p *provider) KeySet(context.Context) ([]op.Key, error) { return p.keys.public(), nil }
