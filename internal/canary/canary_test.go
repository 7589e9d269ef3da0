package canary

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

const secret = `qct_"0123456789abcdefghij`

// zipped returns an archive with one file.
func zipped(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	member, err := w.Create("tfplan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSecretIsFoundInEveryForm(t *testing.T) {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, content := range map[string]string{
		"plain":              "x" + secret + "y",
		"hex":                hex.EncodeToString([]byte("a" + secret)),
		"JSON":               `{"k":"qct_\"0123456789abcdefghij"}`,
		"base64":             encode(`{"k":"` + secret + `"}`),
		"base64, one over":   encode(`{"kk":"` + secret + `"}`),
		"base64, two over":   encode(`{"kkk":"` + secret + `"}`),
		"base64 in base64":   encode(`{"kk":"` + encode("ab"+secret) + `"}`),
		"zip archive":        zipped(t, secret),
		"base64, in archive": zipped(t, encode(secret)),
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "file"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var s Set
		if err := s.Add("the secret", secret); err != nil {
			t.Fatal(err)
		}
		files, found, err := s.AbsentBelow(dir)
		if files != 1 || len(found) != 1 || err != nil {
			t.Errorf("%s: %d files, found %v, %v", name, files, found, err)
		}
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	var s Set
	if err := s.Add("the secret", secret); err != nil {
		t.Fatal(err)
	}
	if err := s.Absent("a text", []byte("qct_0123456789")); err != nil {
		t.Error(err)
	}
}

func TestShortSecretIsRefused(t *testing.T) {
	var s Set
	if err := s.Add("the secret", "short"); err == nil {
		t.Error("a secret that could turn up by chance was added")
	}
}
