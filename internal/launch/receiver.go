package launch

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// Receiver is a receiver of webhooks from examples/receivers.
type Receiver struct {
	Server
	// ConfigFile is what it reads for every request.
	ConfigFile string
}

// Start runs the command of the receiver, on any free port.
func (r *Receiver) Start(ctx context.Context, cmd *exec.Cmd) error {
	cmd.Env = append(os.Environ(), "PORT=0", "RECEIVER_CONFIG="+r.ConfigFile)
	return r.Server.Start(ctx, cmd)
}

// Accepted returns the ids of the events that it has accepted so far, in their order.
func (r *Receiver) Accepted() []string {
	var ids []string
	for _, line := range r.Lines() {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "accepted" {
			ids = append(ids, words[1])
		}
	}
	return ids
}
