package client

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// What editors and copying do to a certificate file is read, or named.
func TestCAFileForms(t *testing.T) {
	s := serveTLS(t)
	good, err := os.ReadFile(caFile(t, s))
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	block, _ := pem.Decode(good)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("CANARY")}))
	for name, x := range map[string]struct{ content, want string }{
		"as it is":              {text, ""},
		"byte order mark":       {"\xef\xbb\xbf" + text, ""},
		"line ends of Windows":  {strings.ReplaceAll(text, "\n", "\r\n"), ""},
		"no final line end":     {strings.TrimSpace(text), ""},
		"twice, with a comment": {"# ours\n" + text + "# theirs\n" + text, ""},
		"a key beside it":       {key + text, ""},
		"DER":                   {string(block.Bytes), "is binary (DER), not PEM"},
		"empty":                 {"", "is empty"},
		"only a mark":           {"\xef\xbb\xbf\n", "is empty"},
		"cut off":               {text[:len(text)/2], "is cut off or damaged"},
		"second one cut off":    {text + text[:len(text)-20], "is cut off or damaged"},
		"UTF-16":                {"\xff\xfe-\x00-\x00", "is in UTF-16"},
		"something else":        {"hello", "it is not PEM"},
		"only a key":            {key, "its first block is a PRIVATE KEY"},
		"no certificate in it":  {strings.ReplaceAll(key, "PRIVATE KEY", "CERTIFICATE"), "block 1 of the CA"},
	} {
		file := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(file, []byte(x.content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := New(Config{Endpoint: s.URL, Token: secret.New(canaryToken), CAFile: file})
		switch {
		case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want) || !strings.Contains(err.Error(), file)):
			t.Errorf("%s: got %v, want %s", name, err, x.want)
		case x.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case x.want == "":
			if _, err := c.Connectors().Get(t.Context(), connectorID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
