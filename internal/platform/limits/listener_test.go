package limits_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// TestConnectionsOfOneAddress: a connection over the limit is closed at once, and one that ends makes room.
func TestConnectionsOfOneAddress(t *testing.T) {
	refused := make(chan netip.Addr, 10)
	l := listen(t, limits.Config{Connections: 2}, func(a netip.Addr) { refused <- a })
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		dial(t, l)
	}
	first := <-accepted
	<-accepted
	over := dial(t, l)
	if _, err := over.Read(make([]byte, 1)); err == nil {
		t.Error("the third connection is open")
	}
	if got := <-refused; got.String() != "127.0.0.1" {
		t.Errorf("refused %s", got)
	}
	if err := errors.Join(first.Close(), ignoreClosed(first.Close())); err != nil { // the second Close must count nothing
		t.Fatal(err)
	}
	dial(t, l)
	<-accepted
	over = dial(t, l)
	if _, err := over.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && err == nil {
		t.Error("one closed connection made room for two")
	}
	<-refused
}

func TestTrustedProxiesHaveAnyNumberOfConnections(t *testing.T) {
	l := listen(t, limits.Config{
		Connections: 1, Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}, func(a netip.Addr) { t.Errorf("%s was refused", a) })
	for range 3 {
		dial(t, l)
		if _, err := l.Accept(); err != nil {
			t.Fatal(err)
		}
	}
}

func listen(t *testing.T, c limits.Config, refused func(netip.Addr)) net.Listener {
	t.Helper()
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inner.Close() })
	return limits.Listen(inner, c, refused)
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
