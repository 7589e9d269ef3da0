package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// user is a person whom a test makes. The password is the user name.
type user struct {
	Username string `json:"username"`
	// Claims are in ID tokens and in userinfo; nothing but sub is added to them.
	Claims map[string]any `json:"claims"`
	// Disabled people cannot sign in, and no token of theirs is refreshed.
	Disabled bool `json:"disabled"`
}

// people are the users of the example and those of tests. It is a storage.UserStore.
type people struct {
	storage.UserStore

	mu    sync.Mutex
	users map[string]user
}

func newPeople(issuer string) *people {
	return &people{UserStore: storage.NewUserStore(issuer), users: map[string]user{}}
}

func (p *people) put(u user) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[u.Username] = u
}

func (p *people) find(name string) (user, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.users[name]
	return u, ok
}

// GetUserByID returns a user by its id, which is the name of a user that a test made.
func (p *people) GetUserByID(id string) *storage.User {
	if u, ok := p.find(id); ok {
		return &storage.User{ID: u.Username, Username: u.Username, Password: u.Username}
	}
	return p.UserStore.GetUserByID(id)
}

// GetUserByUsername returns a user who may sign in.
func (p *people) GetUserByUsername(name string) *storage.User {
	if u, ok := p.find(name); ok {
		if u.Disabled {
			return nil
		}
		return p.GetUserByID(name)
	}
	return p.UserStore.GetUserByUsername(name)
}

var errDisabled = errors.New("the user is disabled")

// check returns an error for a user who is disabled.
func (p *people) check(name string) error {
	if u, ok := p.find(name); ok && u.Disabled {
		return errDisabled
	}
	return nil
}

// tell adds what is known of a user.
func (p *people) tell(info *oidc.UserInfo, name string) {
	u, _ := p.find(name)
	for claim, value := range u.Claims {
		switch claim {
		case "email":
			info.Email = fmt.Sprint(value)
		case "email_verified":
			info.EmailVerified = oidc.Bool(value == true)
		default:
			info.AppendClaims(claim, value)
		}
	}
}

// SetUserinfoFromRequest serves ID tokens.
func (p *provider) SetUserinfoFromRequest(
	ctx context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string,
) error {
	if err := p.Storage.SetUserinfoFromRequest(ctx, info, request, scopes); err != nil {
		return err
	}
	p.people.tell(info, request.GetSubject())
	return nil
}

// SetUserinfoFromToken serves userinfo.
func (p *provider) SetUserinfoFromToken(
	ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string,
) error {
	if err := p.people.check(subject); err != nil {
		return err
	}
	if err := p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	p.people.tell(info, subject)
	return nil
}

// anywhere is a client whose browser may be sent back to any host.
type anywhere struct{ op.Client }

func (anywhere) RedirectURIGlobs() []string {
	return []string{"https://*/console/callback", "http://*/console/callback"}
}

// GrantTypes has the device flow besides, for commands.
func (a anywhere) GrantTypes() []oidc.GrantType {
	return append(slices.Clone(a.Client.GrantTypes()), oidc.GrantTypeDeviceCode)
}

func (anywhere) PostLogoutRedirectURIGlobs() []string { return nil }

// GetClientByClientID lets the client of consoles have any address: it is not known before the test starts.
func (p *provider) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := p.Storage.GetClientByClientID(ctx, id)
	if err == nil && strings.HasPrefix(id, consoleClient) {
		client = anywhere{client}
	}
	return client, err
}
