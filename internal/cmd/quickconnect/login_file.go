package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// keptLogin is what the file of a sign-in has. It counts for its platform, tenant and environment alone.
type keptLogin struct {
	Endpoint    string    `json:"endpoint"`
	Tenant      string    `json:"tenant"`
	Environment string    `json:"environment"`
	Name        string    `json:"name"`
	ExpiresAt   time.Time `json:"expires_at"`
	Token       string    `json:"token"`
}

func (k keptLogin) token() secret.Value { return secret.New(k.Token) }

// loginFile is the path of the file for the platform, tenant and environment that are meant.
func (o *options) loginFile() (string, error) {
	dir, err := o.configDir()
	if err != nil {
		return "", refusef("there is no directory for the settings of this user: %v", err)
	}
	place := strings.Join([]string{strings.TrimRight(o.endpoint, "/"), o.tenant, o.environment}, "\x00")
	sum := sha256.Sum256([]byte(place))
	return filepath.Join(dir, "quickconnect", "login-"+hex.EncodeToString(sum[:8])+".json"), nil
}

// readLogin reads the sign-in of what is meant. Its error is fs.ErrNotExist where nobody is signed in.
func (o *options) readLogin() (k keptLogin, err error) {
	path, err := o.loginFile()
	if err != nil {
		return k, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return k, err
	}
	if json.Unmarshal(data, &k) != nil || k.Tenant != o.tenant || k.Environment != o.environment ||
		strings.TrimRight(k.Endpoint, "/") != strings.TrimRight(o.endpoint, "/") {
		return k, refusef("the file %s is not one of quickconnect login: delete it, and run quickconnect login again", path)
	}
	return k, nil
}

// keepLogin replaces the file as a whole. Nobody but the user can read it.
func (o *options) keepLogin(k keptLogin) error {
	path, err := o.loginFile()
	if err != nil {
		return err
	}
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "login-*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	return nil
}

func (o *options) forgetLogin() error {
	path, err := o.loginFile()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("delete the sign-in, which has ended: %w", err)
	}
	return nil
}
