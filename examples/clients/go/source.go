package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// credentials are the platform's answer. They are in memory only.
type credentials struct {
	Version      int64             `json:"version"`
	Credentials  map[string]string `json:"credentials"`
	FetchAgainAt time.Time         `json:"fetch_again_at"`
}

// source has the credentials of one connector. It is for one goroutine.
type source struct {
	endpoint, connector string
	tokenFile           string // read at every fetch, so that a rotated token is taken up
	consumer            string // the name of the service, the same for all its instances
	client              *http.Client
	now                 func() time.Time

	current *credentials
	retryAt time.Time // after a failure
}

// retryAfter is how long a failed fetch is not repeated.
const retryAfter = 10 * time.Second

// errRefused is a platform that does not give this service the credentials any more.
var errRefused = errors.New("the platform refuses the token of this service")

// get returns the credentials. While the platform cannot be reached, those that are known go on; once it refuses the
// token, they do not.
func (s *source) get(ctx context.Context) (*credentials, error) {
	now := s.now()
	if s.current != nil && (now.Before(s.current.FetchAgainAt) || now.Before(s.retryAt)) {
		return s.current, nil
	}
	fetched, err := s.fetch(ctx)
	switch {
	case err == nil:
		s.current, s.retryAt = fetched, time.Time{}
	case errors.Is(err, errRefused):
		s.current = nil
		return nil, err
	case s.current == nil:
		return nil, err
	default:
		s.retryAt = now.Add(retryAfter)
	}
	return s.current, nil
}

// forget has the next get fetch again, if these are still the credentials.
func (s *source) forget(c *credentials) {
	if s.current == c {
		s.current = nil
	}
}

func (s *source) fetch(ctx context.Context) (*credentials, error) {
	token, err := os.ReadFile(s.tokenFile)
	if err != nil {
		return nil, fmt.Errorf("read the token: %w", err)
	}
	url := s.endpoint + "/v1/connectors/" + s.connector + "/credentials"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	r.Header.Set("Quickconnect-Consumer", s.consumer)
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, errRefused
	default:
		return nil, fmt.Errorf("the platform answers %d", answer.StatusCode)
	}
	out := new(credentials)
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(out); err != nil {
		return nil, errors.New("the platform's answer cannot be read")
	}
	return out, nil
}
