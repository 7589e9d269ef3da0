package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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
	return answer, c.do(ctx, http.MethodPost, "/v1/introspect", strings.NewReader(form), &answer)
}

func (c *caller) scopedToken(ctx context.Context, name string) (api.ScopedToken, error) {
	var page api.Page[api.ScopedToken]
	err := c.do(ctx, http.MethodGet, "/v1/scoped-tokens?name="+url.QueryEscape(name), nil, &page)
	if err == nil && len(page.Items) != 1 {
		err = fmt.Errorf("the platform has %d scoped tokens named %s, not one", len(page.Items), name)
	}
	if err != nil {
		return api.ScopedToken{}, err
	}
	return page.Items[0], nil
}

func (c *caller) do(ctx context.Context, method, path string, body io.Reader, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", method, req.URL.Path, resp.StatusCode)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// absent looks for values in everything that Terraform has written: state, backup and saved plans, which are zip archives.
func (d *demo) absent(values ...string) error {
	files, err := filepath.Glob(filepath.Join(d.tf.dir, "*.tf[sp]*"))
	if err != nil {
		return err
	}
	if len(files) < 3 {
		return fmt.Errorf("%s has no state and plans to look through", d.tf.dir)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		contents := [][]byte{data}
		if archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, member := range archive.File {
				r, err := member.Open()
				if err != nil {
					return err
				}
				unpacked, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				contents = append(contents, unpacked)
			}
		}
		for _, content := range contents {
			for _, value := range values {
				if bytes.Contains(content, []byte(value)) {
					return fmt.Errorf("a token's value is in %s", filepath.Base(file))
				}
			}
		}
	}
	return nil
}
