package main

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

const (
	// userID is the user and the group of the process, the one of other images without root.
	userID  = 65532
	server  = "usr/bin/quickconnectd"
	dataDir = "var/lib/quickconnectd"
	roots   = "etc/ssl/certs/ca-certificates.crt"
)

// program is quickconnectd for one kind of processor.
type program struct{ arch, path string }

// imageIndex returns an image for each program, under one name.
func imageIndex(o options) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range o.programs {
		image, err := imageOf(p, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.path, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: p.arch}},
		})
	}
	return index, nil
}

func imageOf(p program, o options) (v1.Image, error) {
	data, err := os.ReadFile(p.path)
	if err != nil {
		return nil, err
	}
	if err := checkProgram(data, p.arch); err != nil {
		return nil, err
	}
	files, err := fileSystem(data, o.made)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{
		Layer: layer, History: v1.History{Created: v1.Time{Time: o.made}, CreatedBy: "internal/tools/image"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, config(image, p, o))
}

// checkProgram returns an error for a program that would not run in the image.
func checkProgram(data []byte, arch string) error {
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if file.Machine != machines[arch] {
		return fmt.Errorf("the program is for %s, not for %s", file.Machine, arch)
	}
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("the program is linked dynamically: build it with CGO_ENABLED=0")
		}
	}
	return nil
}

func config(image v1.Image, p program, o options) *v1.ConfigFile {
	config := &v1.ConfigFile{}
	if c, err := image.ConfigFile(); err == nil {
		config = c.DeepCopy()
	}
	config.OS, config.Architecture, config.Created = "linux", p.arch, v1.Time{Time: o.made}
	config.Config = v1.Config{
		User:         fmt.Sprintf("%d:%d", userID, userID),
		Entrypoint:   []string{"/" + server},
		Cmd:          []string{"serve"},
		Env:          []string{"PATH=/usr/bin", "QUICKCONNECTD_DATA_DIR=/" + dataDir},
		ExposedPorts: map[string]struct{}{"8440/tcp": {}},
		Volumes:      map[string]struct{}{"/" + dataDir: {}},
		WorkingDir:   "/" + dataDir,
		Labels: map[string]string{
			"org.opencontainers.image.title":    "quickconnectd",
			"org.opencontainers.image.version":  o.version,
			"org.opencontainers.image.licenses": "MPL-2.0",
			"org.opencontainers.image.source":   "https://github.com/quickconnect/terraform-provider-quickconnect",
		},
	}
	return config
}

// fileSystem returns a tar file with all that the image has.
func fileSystem(program []byte, made time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	add := func(h tar.Header, data []byte) error {
		h.ModTime, h.Size, h.Format = made, int64(len(data)), tar.FormatPAX
		if err := w.WriteHeader(&h); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	}
	for _, name := range []string{"etc/", "etc/ssl/", "etc/ssl/certs/", "usr/", "usr/bin/", "var/", "var/lib/"} {
		if err := add(tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o755}, nil); err != nil {
			return nil, err
		}
	}
	user := fmt.Sprintf("quickconnectd:x:%d:%d::/%s:/\n", userID, userID, dataDir)
	for _, file := range []struct {
		header tar.Header
		data   []byte
	}{
		{tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}, nil},
		{tar.Header{Name: dataDir + "/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: userID, Gid: userID}, nil},
		{tar.Header{Name: "etc/passwd", Mode: 0o644}, []byte("root:x:0:0::/:/\n" + user)},
		{tar.Header{Name: roots, Mode: 0o644}, authorities()},
		{tar.Header{Name: server, Mode: 0o755}, program},
	} {
		if err := add(file.header, file.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// authorities returns Mozilla's list of certificates, in the version that go.mod pins. Webhooks are sent over TLS.
func authorities() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a buffer takes everything
	}
	return out.Bytes()
}
