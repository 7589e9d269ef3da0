// Package transit uses a key of a transit secrets engine, of Vault or OpenBao: the key stays there, and wraps and
// unwraps data keys. Errors and logs never have a token, a plaintext, or a text of the server.
package transit

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The schemes of a Key. Only a server on this machine is reached without TLS.
const (
	scheme      = "hcvault"
	plainScheme = "hcvault+http"
)

// Methods of login.
const (
	loginToken      = "token"
	loginJWT        = "jwt"
	loginKubernetes = "kubernetes"
)

// serviceAccountToken is where Kubernetes puts the token of a pod.
const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// Key names a key of a transit engine, and says how to log in. It has no secret.
type Key struct {
	Host      string // with its port, if it has one
	Plain     bool   // without TLS, on this machine
	Mount     string // of the engine, such as transit
	Name      string
	Namespace string
	CAFile    string // of the authorities of the server, in PEM; empty: those of the system
	Login     Login
}

// Login says how to get a token.
type Login struct {
	Method string // token, jwt or kubernetes
	File   string // with the token, or the JWT; it is read again when it changes
	Role   string // of jwt and kubernetes
	Mount  string // of the auth method
}

// parameters are the parameters of a URI. Each may be there once.
var parameters = []string{"auth", "token-file", "jwt-file", "role", "auth-mount", "namespace", "ca-file"}

// segment is a part of a path in the API of the server.
var segment = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// Parse reads the URI of a key: hcvault://HOST[:PORT]/MOUNT/KEY?auth=METHOD&…. Its errors do not repeat it.
func Parse(uri string) (k Key, err error) {
	u, err := url.Parse(uri)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return k, errors.New("it must be hcvault://HOST[:PORT]/MOUNT/KEY, without a password")
	}
	if u.Scheme != scheme && u.Scheme != plainScheme {
		return k, fmt.Errorf("it must begin with %s://, or with %s:// for a server on this machine without TLS", scheme,
			plainScheme)
	}
	k.Host, k.Plain = u.Host, u.Scheme == plainScheme
	if u.Hostname() == "" {
		return k, errors.New("the host is missing: hcvault://HOST[:PORT]/MOUNT/KEY")
	}
	if k.Plain && !loopback(u.Hostname()) {
		return k, fmt.Errorf("%s:// is for a server on this machine (localhost) only: use %s://, which has TLS", plainScheme,
			scheme)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || !allSegments(parts) {
		return k, errors.New("its path must be /MOUNT/KEY, such as /transit/quickconnect")
	}
	last := len(parts) - 1
	k.Mount, k.Name = strings.Join(parts[:last], "/"), parts[last]
	k.Namespace, k.CAFile, k.Login, err = readParameters(u.Query())
	return k, err
}

func allSegments(parts []string) bool {
	return !slices.ContainsFunc(parts, func(s string) bool { return !segment.MatchString(s) })
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func readParameters(q url.Values) (namespace, caFile string, l Login, err error) {
	for name, values := range q {
		if !slices.Contains(parameters, name) || len(values) != 1 || values[0] == "" {
			return "", "", l, fmt.Errorf("its parameters are %s, each at most once and not empty",
				strings.Join(parameters, ", "))
		}
	}
	namespace, caFile = strings.Trim(q.Get("namespace"), "/"), q.Get("ca-file")
	if l, err = readLogin(q); err != nil {
		return "", "", l, err
	}
	for _, path := range []string{l.File, caFile} {
		if path != "" && !filepath.IsAbs(path) {
			err = errors.New("token-file, jwt-file and ca-file must be absolute paths: other commands read them too")
		}
	}
	return namespace, caFile, l, err
}

func readLogin(q url.Values) (l Login, err error) {
	l = Login{Method: q.Get("auth"), Role: q.Get("role"), Mount: strings.Trim(q.Get("auth-mount"), "/")}
	tokenFile, jwtFile := q.Get("token-file"), q.Get("jwt-file")
	switch l.Method {
	case "", loginToken:
		l.Method, l.File = loginToken, tokenFile
		if tokenFile == "" || jwtFile != "" || l.Role != "" || l.Mount != "" {
			return l, errors.New("auth=token needs token-file, and takes no jwt-file, role and auth-mount")
		}
		return l, nil
	case loginJWT, loginKubernetes:
		l.File = jwtFile
		if l.File == "" && l.Method == loginKubernetes {
			l.File = serviceAccountToken
		}
		if l.Mount == "" {
			l.Mount = l.Method
		}
		if l.File == "" || l.Role == "" || tokenFile != "" {
			return l, errors.New("auth=jwt needs role and jwt-file, auth=kubernetes needs role, and both take no token-file")
		}
		if !allSegments(strings.Split(l.Mount, "/")) {
			return l, errors.New("auth-mount must be the path of an auth method, such as jwt")
		}
		return l, nil
	}
	return l, fmt.Errorf("auth must be %s, %s or %s", loginToken, loginJWT, loginKubernetes)
}

// Same reports whether two keys are the same key, however they log in.
func (k Key) Same(other Key) bool {
	return k.Host == other.Host && k.Plain == other.Plain && k.Mount == other.Mount && k.Name == other.Name &&
		k.Namespace == other.Namespace
}

// String returns the URI.
func (k Key) String() string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("namespace", k.Namespace)
	set("ca-file", k.CAFile)
	set("role", k.Login.Role)
	if k.Login.Method == loginToken {
		set("token-file", k.Login.File)
	} else {
		set("auth", k.Login.Method)
		set("jwt-file", k.Login.File)
		set("auth-mount", k.Login.Mount)
	}
	return k.Short() + "?" + q.Encode()
}

// Short returns the URI without its parameters.
func (k Key) Short() string {
	u := url.URL{Scheme: scheme, Host: k.Host, Path: "/" + k.Mount + "/" + k.Name}
	if k.Plain {
		u.Scheme = plainScheme
	}
	return u.String()
}

// url returns the address of a route of the API.
func (k Key) url(route string) string {
	u := url.URL{Scheme: "https", Host: k.Host, Path: "/v1/" + route}
	if k.Plain {
		u.Scheme = "http"
	}
	return u.String()
}
