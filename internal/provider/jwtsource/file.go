package jwtsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// maxJWT is more than any JWT has.
const maxJWT = 64 << 10

// file is a source that reads a file, again for each JWT: Kubernetes and SPIFFE replace it.
func file(name, path string) *Source {
	name = fmt.Sprintf("%s (%s)", name, path)
	return &Source{Name: name, Read: func(context.Context) (secret.Value, error) {
		text, err := readAll(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return secret.Value{}, &Error{name, "does not exist. Check the path, and that what writes the file has started: a " +
				"path that is not absolute counts from the directory in which Terraform runs."}
		case errors.Is(err, fs.ErrPermission):
			return secret.Value{}, &Error{name, "may not be read by the user that Terraform runs as. Let that user read it."}
		case err != nil:
			var at *fs.PathError
			if errors.As(err, &at) {
				err = at.Err // without the path, which the name has
			}
			return secret.Value{}, &Error{name, "cannot be read: " + err.Error() + ". Check that it is a file with a JWT."}
		}
		jwt := secret.New(strings.TrimSpace(text))
		if err := client.CheckJWT(jwt); err != nil {
			return secret.Value{}, &Error{name, err.Error() + ". Check what writes the file."}
		}
		return jwt, nil
	}}
}

func readAll(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxJWT+1))
	if err == nil && len(data) > maxJWT {
		err = errors.New("it is longer than any JWT")
	}
	return string(data), err
}
