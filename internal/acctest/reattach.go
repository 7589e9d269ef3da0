package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"google.golang.org/grpc"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	ours "github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// grpcMaxMessageSize is what the SDK's servers take.
const grpcMaxMessageSize = 256 << 20

// sockets numbers the sockets of this test process.
var sockets atomic.Int64

// providerSocket serves a provider in this process to one CLI command. Each connection gets a provider of its own, as
// each start of a provider's program would be, so that provider configurations with an alias do not overwrite each
// other.
type providerSocket struct {
	listener net.Listener
	name     string // of the provider
	provider func() provider.Provider

	serving   sync.WaitGroup
	mu        sync.Mutex
	servers   []*grpc.Server
	providers []provider.Provider
	closed    bool
}

func listenProvider(dir, name string, newProvider func() provider.Provider) (*providerSocket, error) {
	listener, err := net.Listen("unix", filepath.Join(dir, fmt.Sprintf("%d.sock", sockets.Add(1))))
	if err != nil {
		return nil, err
	}
	s := &providerSocket{listener: listener, name: name, provider: newProvider}
	s.serving.Go(s.accept)
	return s, nil
}

func (s *providerSocket) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		server := grpc.NewServer(grpc.MaxRecvMsgSize(grpcMaxMessageSize), grpc.MaxSendMsgSize(grpcMaxMessageSize))
		served := s.provider()
		plugin := &tf6server.GRPCProviderPlugin{
			GRPCProvider: func() tfprotov6.ProviderServer { return ours.NewServer(served) },
			Name:         launch.Registries[0] + "/quickconnect/" + s.name,
		}
		if err := plugin.GRPCServer(nil, server); err != nil {
			_ = conn.Close()
			continue
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = conn.Close()
			return
		}
		s.servers = append(s.servers, server)
		s.providers = append(s.providers, served)
		s.mu.Unlock()
		s.serving.Go(func() { _ = server.Serve(newOneConnection(conn)) })
	}
}

// close ends every connection and waits for the requests in progress.
func (s *providerSocket) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	s.closed = true
	servers, providers := s.servers, s.providers
	s.mu.Unlock()
	for _, server := range servers {
		server.Stop()
	}
	s.serving.Wait()
	for _, p := range providers {
		ours.Close(context.Background(), p)
	}
}

// oneConnection is a listener that accepts one connection. A second Accept waits until Close.
type oneConnection struct {
	conn   chan net.Conn
	addr   net.Addr
	closed chan struct{}
	once   sync.Once
}

func newOneConnection(conn net.Conn) *oneConnection {
	l := &oneConnection{conn: make(chan net.Conn, 1), addr: conn.LocalAddr(), closed: make(chan struct{})}
	l.conn <- conn
	return l
}

func (l *oneConnection) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conn:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *oneConnection) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *oneConnection) Addr() net.Addr { return l.addr }

// reattachVariable tells the CLI where the providers listen.
const reattachVariable = "TF_REATTACH_PROVIDERS"

// reattach returns the value of TF_REATTACH_PROVIDERS for these sockets. Both CLIs find them, whatever registry they
// would ask.
func reattach(sockets ...*providerSocket) (string, error) {
	type addr struct{ Network, String string }
	type config struct {
		Protocol        string
		ProtocolVersion int
		Pid             int
		Test            bool
		Addr            addr
	}
	configs := map[string]config{}
	for _, s := range sockets {
		for _, registry := range launch.Registries {
			configs[registry+"/quickconnect/"+s.name] = config{
				Protocol: "grpc", ProtocolVersion: 6, Pid: os.Getpid(), Test: true,
				Addr: addr{s.listener.Addr().Network(), s.listener.Addr().String()},
			}
		}
	}
	data, err := json.Marshal(configs)
	return string(data), err
}
