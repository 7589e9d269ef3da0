package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// caller is a principal that asks the platform's API.
type caller struct {
	endpoint string
	token    string
}

func (c *caller) introspect(ctx context.Context, value string) (answer api.Introspection, err error) {
	form := url.Values{"token": {value}}.Encode()
	return answer, c.send(ctx, http.MethodPost, "/v1/introspect", "application/x-www-form-urlencoded", strings.NewReader(form), &answer)
}

// named reads the object with this name.
func (c *caller) named(ctx context.Context, kind, name string, object any) error {
	var page api.Page[json.RawMessage]
	err := c.do(ctx, http.MethodGet, "/v1/"+kind+"?name="+url.QueryEscape(name), nil, &page)
	if err == nil && len(page.Items) != 1 {
		err = fmt.Errorf("the platform has %d %s named %s, not one", len(page.Items), kind, name)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(page.Items[0], object)
}

func (c *caller) scopedToken(ctx context.Context, name string) (token api.ScopedToken, err error) {
	return token, c.named(ctx, api.KindScopedTokens, name, &token)
}

// deliveries reads all records of an endpoint.
func (c *caller) deliveries(ctx context.Context, endpoint string) (records []api.Delivery, err error) {
	for next := ""; ; {
		var page api.Page[api.Delivery]
		path := "/v1/" + api.KindWebhookEndpoints + "/" + endpoint + "/deliveries?page_size=1000&page_token=" + url.QueryEscape(next)
		if err := c.do(ctx, http.MethodGet, path, nil, &page); err != nil {
			return nil, err
		}
		records = append(records, page.Items...)
		if next = page.NextPageToken; next == "" {
			return records, nil
		}
	}
}

// do sends a request, with body as JSON unless it is nil, and reads the answer unless it is nil.
func (c *caller) do(ctx context.Context, method, path string, body, answer any) error {
	if body == nil {
		return c.send(ctx, method, path, "", http.NoBody, answer)
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.send(ctx, method, path, "application/json", bytes.NewReader(data), answer)
}

func (c *caller) send(ctx context.Context, method, path, contentType string, body io.Reader, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := (&http.Client{Timeout: patience}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("%s %s: status %d", method, req.URL.Path, resp.StatusCode)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
