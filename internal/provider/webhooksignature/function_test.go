package webhooksignature_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// The vectors that Standard Webhooks publishes.
const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	private   = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
	id        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	unix      = 1614265330
	body      = `{"test": 2432232314}`
	signedV1  = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	signedV1a = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
	other     = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	canary    = "CANARY4711CANARY4711"
)

// call calls a function of a provider that was never configured. A string, a number or a value of tftypes is an
// argument.
func call(t *testing.T, name string, arguments ...any) (tftypes.Value, *tfprotov6.FunctionError) {
	t.Helper()
	server, schemas := tftest.Serve(t, provider.New("test")())
	definition := schemas.Functions[name]
	if definition == nil || len(definition.Parameters) != len(arguments) {
		t.Fatalf("no function %s of %d parameters", name, len(arguments))
	}
	var encoded []*tfprotov6.DynamicValue
	for i, a := range arguments {
		v, ok := a.(tftypes.Value)
		if !ok {
			v = tftypes.NewValue(definition.Parameters[i].Type, a)
		}
		encoded = append(encoded, tftest.Dynamic(t, v))
	}
	r, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if r.Error != nil {
		return tftypes.Value{}, r.Error
	}
	v, err := r.Result.Unmarshal(definition.Return.Type)
	if err != nil {
		t.Fatal(err)
	}
	return v, nil
}

// refusal compares an error with what is wanted of it: the argument, and a text. No error has a secret.
func refusal(t *testing.T, got *tfprotov6.FunctionError, argument int64, text string) {
	t.Helper()
	if got == nil || got.FunctionArgument == nil {
		t.Fatalf("got %+v, want an error about argument %d", got, argument)
	}
	if *got.FunctionArgument != argument || !strings.Contains(got.Text, text) {
		t.Errorf("argument %d: %s; want argument %d: %s", *got.FunctionArgument, got.Text, argument, text)
	}
	for _, hidden := range []string{canary, "MfKQ9r8", "VEVTVFN"} {
		if strings.Contains(got.Text, hidden) {
			t.Errorf("a value is repeated: %s", got.Text)
		}
	}
}

func strs(values ...any) tftypes.Value {
	var items []tftypes.Value
	for _, v := range values {
		items = append(items, tftypes.NewValue(tftypes.String, v))
	}
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, items)
}

func strMap(m map[string]any) tftypes.Value {
	items := map[string]tftypes.Value{}
	for k, v := range m {
		items[k] = tftypes.NewValue(tftypes.String, v)
	}
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, items)
}

func headers(signature string) map[string]any {
	return map[string]any{"webhook-id": id, "webhook-timestamp": "1614265330", "webhook-signature": signature}
}

func with(m map[string]any, name string, v any) map[string]any {
	m[name] = v
	return m
}

// headersWith are the published ones with one of them changed, or taken away where v is nil.
func headersWith(name string, v any) tftypes.Value {
	m := headers(signedV1)
	if m[name] = v; v == nil {
		delete(m, name)
	}
	return strMap(m)
}

func TestSign(t *testing.T) {
	for key, want := range map[string]string{secret: signedV1, private: signedV1a} {
		v, e := call(t, "webhook_sign", key, id, unix, body)
		if e != nil {
			t.Fatal(e.Text)
		}
		if want := tftypes.NewValue(tftypes.String, want); !v.Equal(want) {
			t.Errorf("got %s, want %s", v, want)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		secret, id string
		timestamp  any
		argument   int64
		text       string
	}{
		"a fraction":       {secret, id, 1614265330.5, 2, "unix seconds"},
		"more than int64":  {secret, id, 1e30, 2, "unix seconds"},
		"empty secret":     {"", id, unix, 0, "empty"},
		"no prefix":        {canary, id, unix, 0, "whsec_"},
		"not base64":       {"whsec_" + canary + "!", id, unix, 0, "base64"},
		"too short":        {"whsec_" + canary, id, unix, 0, "24 to 64 bytes"},
		"line end":         {secret + "\n", id, unix, 0, "line ends"},
		"public key":       {"whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", id, unix, 0, "cannot sign"},
		"empty id":         {secret, "", unix, 1, "empty"},
		"id with a dot":    {secret, canary + ".1", unix, 1, "dot"},
		"id, line end":     {secret, canary + "\n", unix, 1, "visible ASCII"},
		"id, too long":     {secret, strings.Repeat(canary, 20), unix, 1, "longer"},
		"before 1970":      {secret, id, -1, 2, "unix seconds"},
		"milliseconds":     {secret, id, int64(unix * 1000), 2, "unix seconds"},
		"largest of int64": {secret, id, int64(1<<63 - 1), 2, "unix seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			_, e := call(t, "webhook_sign", tt.secret, tt.id, tt.timestamp, body)
			refusal(t, e, tt.argument, tt.text)
		})
	}
}

func TestVerify(t *testing.T) {
	seed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(private, "whsk_"))
	if err != nil {
		t.Fatal(err)
	}
	public := "whpk_" + base64.StdEncoding.EncodeToString(ed25519.NewKeyFromSeed(seed)[32:])
	upper := map[string]any{
		"Webhook-Id":        id,
		"WEBHOOK-TIMESTAMP": "1614265330",
		"Webhook-Signature": signedV1,
		"Content-Type":      "application/json",
	}
	for name, tt := range map[string]struct {
		secrets, headers tftypes.Value
		body, at         string
		tolerance        string
		want             bool
	}{
		"genuine": {strs(secret), strMap(headers(signedV1)), body, "1614265330", "5m", true},
		"RFC 3339": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T15:02:10Z", "1s", true,
		},
		"RFC 3339 of another zone": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T16:02:10.5+01:00", "1s", true,
		},
		"ed25519, private key":  {strs(private), strMap(headers(signedV1a)), body, "1614265330", "5m", true},
		"ed25519, public key":   {strs(public), strMap(headers(signedV1a)), body, "1614265330", "5m", true},
		"second of two secrets": {strs(other, secret), strMap(headers(signedV1)), body, "1614265330", "5m", true},
		"second of two signatures": {
			strs(secret), strMap(headers("v1," + strings.Repeat("A", 43) + "= v2,x " + signedV1)), body,
			"1614265330", "5m", true,
		},
		"other cases, other headers": {strs(secret), strMap(upper), body, "1614265330", "5m", true},
		"null beside the secret":     {strs(nil, secret, nil), strMap(headers(signedV1)), body, "1614265330", "5m", true},
		"null header of another name": {
			strs(secret), strMap(with(headers(signedV1), "traceparent", nil)), body, "1614265330", "5m", true,
		},
		"5m old": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T15:07:10Z", "5m", true,
		},
		"6m old, 7m allowed": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T15:08:10Z", "7m", true,
		},
		"6m old": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T15:08:10Z", "5m", false,
		},
		"6m ahead": {
			strs(secret), strMap(headers(signedV1)), body, "2021-02-25T14:56:10Z", "5m", false,
		},
		"another secret": {strs(other), strMap(headers(signedV1)), body, "1614265330", "5m", false},
		"another body":   {strs(secret), strMap(headers(signedV1)), body + " ", "1614265330", "5m", false},
		"another id": {
			strs(secret), headersWith("webhook-id", "msg_2"), body, "1614265330", "5m", false,
		},
		"another timestamp": {
			strs(secret), headersWith("webhook-timestamp", "1614265331"), body, "1614265330", "5m", false,
		},
		"unknown versions only": {strs(secret), strMap(headers("v2,x")), body, "1614265330", "5m", false},
		"another algorithm":     {strs(private), strMap(headers(signedV1)), body, "1614265330", "5m", false},
	} {
		t.Run(name, func(t *testing.T) {
			v, e := call(t, "webhook_verify", tt.secrets, tt.headers, tt.body, tt.at, tt.tolerance)
			if e != nil {
				t.Fatal(e.Text)
			}
			if !v.Equal(tftypes.NewValue(tftypes.Bool, tt.want)) {
				t.Errorf("got %s, want %t", v, tt.want)
			}
		})
	}
}

// Whatever is known only in part makes the result unknown, not an error and not false.
func TestVerifyUnknown(t *testing.T) {
	for name, v := range map[string][2]tftypes.Value{
		"a secret": {strs(secret, tftypes.UnknownValue), strMap(headers(signedV1))},
		"a header": {strs(secret), headersWith("webhook-signature", tftypes.UnknownValue)},
	} {
		got, e := call(t, "webhook_verify", v[0], v[1], body, "1614265330", "5m")
		if e != nil || got.IsKnown() {
			t.Errorf("%s: got %s, %+v", name, got, e)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	good := strMap(headers(signedV1))
	twice := headers(signedV1)
	twice["Webhook-ID"] = id
	many := make([]any, 33)
	for i := range many {
		many[i] = secret
	}
	for name, tt := range map[string]struct {
		secrets, headers tftypes.Value
		at, tolerance    string
		argument         int64
		text             string
	}{
		"no secrets":        {strs(), good, "1614265330", "5m", 0, "no key"},
		"empty secret":      {strs(secret, ""), good, "1614265330", "5m", 0, "Element 1: the secret is empty"},
		"only null secrets": {strs(nil, nil), good, "1614265330", "5m", 0, "no key"},
		"a null, then a bad one": {
			strs(nil, "whsec_"+canary+"!"), good, "1614265330", "5m", 0, "Element 1",
		},
		"malformed secret": {strs(secret, "whsec_"+canary+"!"), good, "1614265330", "5m", 0, "base64"},
		"33 secrets":       {strs(many...), good, "1614265330", "5m", 0, "32"},
		"no headers":       {strs(secret), strMap(nil), "1614265330", "5m", 1, "webhook-id"},
		"no timestamp": {
			strs(secret), headersWith("webhook-timestamp", nil), "1614265330", "5m", 1,
			"Header webhook-timestamp: a required header is missing",
		},
		"a header twice": {strs(secret), strMap(twice), "1614265330", "5m", 1, "more than once"},
		"timestamp with a plus": {
			strs(secret), headersWith("webhook-timestamp", "+1614265330"), "1614265330", "5m", 1, "unix seconds",
		},
		"id with a dot": {strs(secret), headersWith("webhook-id", canary+"."), "1614265330", "5m", 1, "dot"},
		"v1, alone":     {strs(secret), strMap(headers("v1,")), "1614265330", "5m", 1, "webhook-signature"},
		"not base64":    {strs(secret), strMap(headers("v1," + canary)), "1614265330", "5m", 1, "base64"},
		"thousands of signatures": {
			strs(secret), strMap(headers(strings.Repeat(signedV1+" ", 5000))), "1614265330", "5m", 1,
			"32 signatures",
		},
		"null header": {
			strs(secret), strMap(map[string]any{"Webhook-ID": nil}), "1614265330", "5m", 1, "Header webhook-id is null",
		},
		"no time":             {strs(secret), good, "", "5m", 3, "RFC 3339"},
		"another time":        {strs(secret), good, canary, "5m", 3, "RFC 3339"},
		"a negative time":     {strs(secret), good, "-1", "5m", 3, "RFC 3339"},
		"milliseconds":        {strs(secret), good, "1614265330000", "5m", 3, "RFC 3339"},
		"a time beyond int64": {strs(secret), good, "99999999999999999999", "5m", 3, "RFC 3339"},
		"no tolerance":        {strs(secret), good, "1614265330", "0s", 4, "more than nothing"},
		"empty tolerance":     {strs(secret), good, "1614265330", "", 4, "duration"},
		"Go's duration":       {strs(secret), good, "1614265330", "1.5m", 4, "duration"},
		"negative tolerance":  {strs(secret), good, "1614265330", "-5m", 4, "duration"},
	} {
		t.Run(name, func(t *testing.T) {
			_, e := call(t, "webhook_verify", tt.secrets, tt.headers, body, tt.at, tt.tolerance)
			refusal(t, e, tt.argument, tt.text)
		})
	}
}

// TestDescribed: the documentation is made from these descriptions.
func TestDescribed(t *testing.T) {
	_, schemas := tftest.Serve(t, provider.New("test")())
	if len(schemas.Functions) != 2 {
		t.Errorf("%d functions", len(schemas.Functions))
	}
	for name, f := range schemas.Functions {
		if len(f.Description) < 100 || f.Summary == "" || f.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s has hardly a description", name)
		}
		for _, p := range f.Parameters {
			if len(p.Description) < 20 || p.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s: %s has hardly a description", name, p.Name)
			}
		}
	}
}
