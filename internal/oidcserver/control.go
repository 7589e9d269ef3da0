package main

import (
	"encoding/json"
	"net/http"

	jose "github.com/go-jose/go-jose/v4"
)

// control registers what tests may tell the provider. Every body is JSON, in both directions.
func control(mux *http.ServeMux, p *provider, f *faults) {
	mux.HandleFunc("POST /test/sign", told(func(_ *http.Request, in signRequest) (any, error) {
		token, err := p.keys.sign(in)
		return map[string]string{"token": token}, err
	}))
	mux.HandleFunc("POST /test/keys", told(func(_ *http.Request, in struct{ Algorithm string }) (any, error) {
		id, err := p.keys.rotate(jose.SignatureAlgorithm(in.Algorithm))
		return map[string]string{"id": id}, err
	}))
	mux.HandleFunc("POST /test/keys/drop", told(func(_ *http.Request, in struct{ ID string }) (any, error) {
		return nil, p.keys.drop(in.ID)
	}))
	mux.HandleFunc("POST /test/users", told(func(_ *http.Request, in user) (any, error) {
		p.people.put(in)
		return nil, nil
	}))
	mux.HandleFunc("POST /test/device", told(func(r *http.Request, in deviceAnswer) (any, error) {
		if in.Username == "" {
			return nil, p.DenyDeviceAuthorization(r.Context(), in.UserCode)
		}
		if p.people.GetUserByUsername(in.Username) == nil {
			return nil, errDisabled
		}
		return nil, p.CompleteDeviceAuthorization(r.Context(), in.UserCode, in.Username)
	}))
	mux.HandleFunc("POST /test/settings", told(func(_ *http.Request, in settings) (any, error) {
		p.set(in)
		return nil, nil
	}))
	mux.HandleFunc("POST /test/faults", told(func(_ *http.Request, in fault) (any, error) {
		f.add(in)
		return nil, nil
	}))
	mux.HandleFunc("POST /test/faults/clear", told(func(*http.Request, struct{}) (any, error) {
		f.clear()
		return nil, nil
	}))
	mux.HandleFunc("POST /test/refresh-tokens", told(func(r *http.Request, in struct{ Scopes []string }) (any, error) {
		token, err := p.refreshToken(r.Context(), in.Scopes)
		return map[string]string{"refresh_token": token}, err
	}))
	mux.HandleFunc("POST /test/refresh-tokens/end", told(func(r *http.Request, in struct{ Token string }) (any, error) {
		if err := p.RevokeToken(r.Context(), in.Token, "id1", webClient); err != nil {
			return nil, err
		}
		return nil, nil
	}))
	mux.HandleFunc("POST /test/requests", told(func(*http.Request, struct{}) (any, error) { return f.seen(), nil }))
}

// deviceAnswer is what a person answers to a device. Nobody refuses.
type deviceAnswer struct {
	UserCode string `json:"user_code"`
	Username string `json:"username"`
}

// told reads the body, and writes what the function returns.
func told[In any](do func(r *http.Request, in In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := do(r, in)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}
