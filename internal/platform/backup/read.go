package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
)

// maxManifest is more than any manifest has.
const maxManifest = 16 << 20

// Read decrypts a backup, and writes its database to a path that does not exist. A byte that was changed, a file that
// is cut off and a key that does not fit are errors, and leave nothing.
func Read(ctx context.Context, from, to string, identities []age.Identity) (m Manifest, err error) {
	f, err := os.Open(from)
	if err != nil {
		return m, err
	}
	defer func() { _ = f.Close() }()
	plain, err := age.Decrypt(f, identities...)
	if err != nil {
		return m, fmt.Errorf("%s does not open: %w", from, refusedBy(err))
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return m, err
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	if m, err = decrypt(&interruptible{ctx, plain}, out); err != nil {
		return m, fmt.Errorf("%s is damaged, or not complete: %w; nothing was restored", from, err)
	}
	return m, out.Sync()
}

// refusedBy makes an error of age readable.
func refusedBy(err error) error {
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return errors.Join(append([]error{errors.New("none of the given keys is one that it was encrypted for")},
			none.Errors...)...)
	}
	return err
}

func decrypt(plain io.Reader, out io.Writer) (m Manifest, err error) {
	buffered := bufio.NewReader(plain)
	line, err := readLine(buffered)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("it does not begin with a manifest: %w", err)
	}
	if m.Format != format {
		return m, fmt.Errorf("it has the format %d, and this build knows %d: use the build that wrote it, or a newer one",
			m.Format, format)
	}
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, digest), buffered)
	switch {
	case err != nil:
		return m, err
	case n != m.Size || hex.EncodeToString(digest.Sum(nil)) != m.SHA256:
		return m, errors.New("the database in it does not have the checksum of its manifest")
	}
	return m, nil
}

func readLine(r *bufio.Reader) (line []byte, err error) {
	for len(line) < maxManifest {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
	return nil, errors.New("its manifest is too long")
}
