package limits

import (
	"net"
	"net/netip"
	"sync"
)

// Listen limits the open connections of each address. It closes a connection that is one too many at once, and calls
// refused with its address. Trusted proxies have no limit: many callers come through them.
func Listen(inner net.Listener, c Config, refused func(netip.Addr)) net.Listener {
	if c.Connections == 0 {
		return inner
	}
	return &listener{Listener: inner, most: c.Connections, trusted: c.Trusted, refused: refused, open: map[string]int64{}}
}

type listener struct {
	net.Listener
	most    int64
	trusted []netip.Prefix
	refused func(netip.Addr)

	mu   sync.Mutex
	open map[string]int64 // by network
}

// Accept returns the next connection within the limit.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := Peer(conn.RemoteAddr().String())
		if within(from, l.trusted) {
			return conn, nil
		}
		key := network(from)
		if !l.begin(key) {
			_ = conn.Close()
			l.refused(from)
			continue
		}
		return &counted{Conn: conn, end: sync.OnceFunc(func() { l.end(key) })}, nil
	}
}

func (l *listener) begin(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key] >= l.most {
		return false
	}
	l.open[key]++
	return true
}

func (l *listener) end(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key]--; l.open[key] == 0 {
		delete(l.open, key)
	}
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	end func()
}

// Close closes the connection. A second call counts nothing.
func (c *counted) Close() error {
	defer c.end()
	return c.Conn.Close()
}
