package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// commands returns every command with an example that is complete.
func commands() []*cobra.Command {
	return slices.DeleteFunc(rootCommand(world{}).Commands(), func(c *cobra.Command) bool { return c.Example == "" })
}

// example returns a command line of a command that needs nothing more.
func example(c *cobra.Command) []string {
	line, _, _ := strings.Cut(strings.TrimSpace(strings.Split(c.Example, "\n")[0]), " <")
	args := strings.Fields(line)[1:]
	for i, a := range args { // a reason is one argument
		if strings.HasPrefix(a, `"`) {
			return append(slices.Clone(args[:i]), strings.Trim(strings.Join(args[i:], " "), `"`))
		}
	}
	return args
}

// No command asks for anything but the identity of its token where that is of another tenant or environment.
func TestWrongEnvironmentIsRefused(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.stdin = "yes"
	tried := 0
	for _, wrong := range []string{"--environment=production", "--tenant=other"} {
		for _, c := range commands() {
			if c.Name() == "login" {
				continue // it has no token yet
			}
			tried++
			args := example(c)
			o.p.ForgetRequests()
			o.run(args[0], append(args[1:], wrong)...).want(exitRefused, "of another tenant or environment",
				`the token belongs to tenant "acme", environment "staging"`, "Nothing was done")
			if got := o.p.Requests(); len(got) != 1 || got[0].Path != "/v1/identity" {
				t.Errorf("%s asked for %v", args, got)
			}
		}
	}
	if tried < 8 {
		t.Errorf("%d commands were tried", tried)
	}
}

func TestConfigurationThatIsMissing(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	whole := maps.Clone(o.env)
	for name := range whole {
		o.env = maps.Clone(whole)
		delete(o.env, name)
		o.run("show scoped-token notifier").want(exitRefused, "set "+name)
	}
	o.env = maps.Clone(whole)
	o.env["QUICKCONNECT_ENDPOINT"] = "http://platform.example.com"
	o.run("show scoped-token notifier").want(exitRefused, "must be https")
	o.env = map[string]string{"QUICKCONNECT_TOKEN": whole["QUICKCONNECT_TOKEN"]}
	o.run("show connector one --tenant acme --environment staging --endpoint " + o.p.URL).want(exitDone)
}

// A value that is typed at a wrong place is never repeated.
func TestCommandLines(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	token := o.p.Token(api.RoleDeployer)
	for line, says := range map[string]string{
		"":                                    "the command is missing",
		"shox":                                "did you mean show?",
		token:                                 "there is no such command",
		"help " + token:                       "there is no such command",
		"show":                                "name one object",
		"show " + token:                       "name the object by its id",
		"show scoped-token " + token:          "neither the id",
		"show " + token + " notifier":         "no KIND of this command",
		"hold rotation-policy one":            "no KIND of this command",
		"show one two three":                  "name one object",
		"show connector one --output yaml":    "--output must be table or json",
		"show connector one --token " + token: "show has no flag --token",
		"show connector one -" + token:        "show has no flag",
		"hold connector one":                  "--reason must say why",
		"hold connector one --reason":         "--reason needs a value",
		"identify " + token:                   "a value belongs to the standard input",
		"revoke connector one --version " + token: "--version takes a whole number",
		"revoke connector one --version 0":        "--version must be 1 or more",
		"cancel scoped-token one --yes=" + token:  "--yes takes true or false",
		"identify":                                "must have one value",
		"completion tcsh":                         "completion needs one shell",
	} {
		o.run(line).want(exitRefused, says)
	}
	o.p.ForgetRequests()
	o.run("help hold").want(exitDone, "quickconnect hold KIND ID|NAME --reason TEXT", "exit code is 3")
	o.run("--help").want(exitDone, "Exit codes:", "identify")
	o.run("--version").want(exitDone, "quickconnect dev (go")
	o.run("completion bash").want(exitDone, "bash completion V2 for quickconnect")
	o.run("__complete hold c").want(exitDone, "scoped-token signing-secret connector")
	o.run("__complete show x --output t").want(exitDone, "table json")
	if n := len(o.p.Requests()); n != 0 {
		t.Errorf("help has sent %d requests", n)
	}
}

// Each error of the platform says what to do next.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleAuditor)
	o.token("notifier", acctest.TheFixture().Policies[0])
	o.run("show scoped-token missing").want(exitFailed, `cannot find scoped token "missing"`, "Check the name")
	o.run("show tok_01K0V3Z4M5N6P7Q8R9S0T1V2W3").want(exitFailed, "Check the name", "Request id: req_")
	o.run("hold scoped-token notifier --reason x").want(exitFailed, `permission "contain"`, "operator, deployer, security")
	for code, says := range map[string]string{
		api.CodePreconditionFailed: "Somebody changed it since it was shown, and nothing was done",
		api.CodeUnauthenticated:    "set QUICKCONNECT_TOKEN to another one",
		api.CodeNoSuchRoute:        "Check the endpoint",
	} {
		o.p.Fail(acctest.Refuse("POST hold", api.Problem{Code: code, Detail: "It says why."}))
		o.run("hold scoped-token notifier --reason x").want(exitFailed, "It says why", says)
	}
	if got := explain(&client.Error{Op: "hold", Object: "it", Write: true, Attempts: 1, Status: 503, Code: "x"}); !strings.
		Contains(got, "Whether it was carried out is not known") {
		t.Error(got)
	}
	o.p.Fail(nil)
	o.env["QUICKCONNECT_TOKEN"] = "qcp_0123456789ABCDEFGHIJKLMNOPQRST1orz2V"
	o.run("show connector one").want(exitFailed, "cannot read the identity of the token", "set QUICKCONNECT_TOKEN")
}

// A device that is no terminal answers no question. That of null is the standard input under cron.
func TestNullIsNoTerminal(t *testing.T) {
	t.Parallel()
	for _, name := range []string{os.DevNull, "main.go"} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		if isTerminal(f) {
			t.Errorf("%s counts as a terminal", name)
		}
	}
}
