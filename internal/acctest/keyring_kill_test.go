package acctest_test

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// onEngines runs a test on SQLite and on PostgreSQL, with the URL of an empty database there.
func onEngines(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.Shared(t).Empty(t)) })
}

// command is a command of quickconnectd on a platform.
func command(t *testing.T, p *acctest.Process, m *acctest.ManyValues, words string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), p.Program(), append(strings.Fields(words), m.Where()...)...)
}

// succeeds runs a command, and returns what it printed.
func succeeds(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd.Args[1:], err, out)
	}
	return string(out)
}

// killAt kills a command once it has written a text to standard error for this many times. It returns what it wrote.
func killAt(t *testing.T, cmd *exec.Cmd, text string, times int) string {
	t.Helper()
	reader, writer := io.Pipe()
	cmd.Stderr = writer
	ok(t, cmd.Start())
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_ = writer.Close()
		ended <- err
	}()
	var log bytes.Buffer
	for lines := bufio.NewScanner(reader); lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), text) {
			if times--; times == 0 {
				ok(t, cmd.Process.Kill())
			}
		}
	}
	if err := <-ended; err == nil || times > 0 {
		t.Fatalf("it ended before it was killed: %v: %s", err, &log)
	}
	return log.String()
}

// TestUpgradeSurvivesKills kills quickconnectd in the middle of the upgrade of an older build's data, again and again.
// Each start goes on where the one before was, and in the end every value opens.
func TestUpgradeSurvivesKills(t *testing.T) {
	values := sized(1500, 20_000)
	onEngines(t, func(t *testing.T, url string) {
		t.Helper()
		kills := sized(4, 20)
		if url != "" {
			kills = sized(1, 20) // each start waits until the lease of the one before has expired
		}
		m := acctest.NewManyValues(t, url, values, true)
		p := acctest.NewProcess(t, m.DataDir)
		left := m.Left(1)
		for kill := range kills {
			serve := command(t, p, m, "serve --listen 127.0.0.1:0")
			killAt(t, serve, "sealing the values of an older build", 1+kill%3)
			now := m.Left(1)
			if now >= left || now == 0 {
				t.Fatalf("after kill %d, %d values are left, %d before", kill+1, now, left)
			}
			left = now
		}
		if *campaign { // what is left takes longer than Start waits
			killAt(t, command(t, p, m, "serve --listen 127.0.0.1:0"), "are sealed under data keys", 1)
		}
		served := m.Start()
		m.WantAll(1)
		t.Logf("%d values, %d kills, the last one with %d values left", values, kills, left)
		served.Stop()
	})
}

// TestRewrapSurvivesKills kills a rotation and its rewrap beside a server, again and again. Each rewrap goes on where
// the one before was, and in the end the older key can be retired.
func TestRewrapSurvivesKills(t *testing.T) {
	kills, values := sized(4, 20), sized(600, 20_000)
	onEngines(t, func(t *testing.T, url string) {
		t.Helper()
		m := acctest.NewManyValues(t, url, values, false)
		p := m.Start()
		left, words := m.Left(2), "keyring rotate --rewrap"
		for kill := range kills {
			killAt(t, command(t, p, m, words), " done", 1)
			words = "keyring rewrap"
			now := m.Left(2)
			if now >= left || now == 0 {
				t.Fatalf("after kill %d, %d values are left, %d before", kill+1, now, left)
			}
			left = now
		}
		succeeds(t, command(t, p, m, "keyring rewrap"))
		succeeds(t, command(t, p, m, "keyring retire 1"))
		m.WantAll(2)
		p.Stop()
		p.Restart()
		for id, value := range m.Values {
			revealed, err := p.Client(m.Deployer).ScopedTokens().Reveal(t.Context(), id, 1)
			if err != nil || !revealed.Value.Equal(value) {
				t.Errorf("%s: %v", id, err)
			}
			break
		}
		t.Logf("%d values, %d kills, the last one with %d values left", values, kills, left)
	})
}
