package platform_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const pathTombstones = "/v1/" + api.KindTombstones

// tombstones reads the list to its end, in pages of one, under a filter.
func (w *world) tombstones(filter url.Values) (all []api.Tombstone) {
	w.t.Helper()
	filter.Set("page_size", "1")
	for {
		reply := w.as(api.RoleAuditor, "GET", pathTombstones+"?"+filter.Encode(), nil).want(200)
		page := decoded[api.Page[api.Tombstone]](reply)
		all = append(all, page.Items...)
		if page.NextPageToken == "" {
			return all
		}
		filter.Set("page_token", page.NextPageToken)
	}
}

// What was deleted can still be named: who had it, when it ended, and which value it was.
func TestTombstones(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	c := w.newConnector("chat", object{"credentials": object{"k": "v"}})
	endpoint := w.newEndpoint("hook", c.ID, nil)
	secret := w.newSecret("signer", endpoint.ID, policy.ID, nil)
	token := w.newToken("notifier", c.ID, object{"rotation_policy_id": policy.ID})
	first := w.reveal(token.ID, 1)
	w.drained(token.ID)
	w.clock.Advance(2 * time.Hour) // version 1 ends by its overlap
	second, signing := w.reveal(token.ID, 2), w.reveal(secret.ID, 1)
	w.do("GET", pathTombstones+"/"+token.ID, nil).problem(api.CodeNotFound, "")
	for _, path := range []string{pathOf(token.ID), pathOf(secret.ID), pathEndpoints + "/" + endpoint.ID, pathOf(c.ID)} {
		w.do("DELETE", path, nil).want(204)
	}
	me := w.me(w.tokens[api.RoleDeployer])
	now := w.clock.Now()
	want := api.Tombstone{
		Kind: api.KindScopedTokens, ID: token.ID, Name: "notifier", Owner: token.Owner, Tenant: "acme",
		Environment: "staging", ConnectorID: c.ID, ConnectorName: "chat", CreatedAt: epoch, ClosedAt: now,
		ClosedBy: me.PrincipalID, ClosedByName: "deployer", Version: 2, LastNumber: 2,
	}
	got := decoded[api.Tombstone](w.as(api.RoleAuditor, "GET", pathTombstones+"/"+token.ID, nil).want(200))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	all := w.tombstones(url.Values{"connector_id": {c.ID}})
	ids := []string{c.ID, secret.ID, token.ID}
	slices.Sort(ids)
	if len(all) != 3 || all[0].ID != ids[0] || all[1].ID != ids[1] || all[2].ID != ids[2] {
		t.Errorf("%+v, want %q", all, ids)
	}
	for filter, id := range map[string]string{"kind=connectors": c.ID, "name=signer": secret.ID, "owner=nobody": ""} {
		q, _ := url.ParseQuery(filter)
		if found := w.tombstones(q); id == "" && len(found) > 0 || id != "" && (len(found) != 1 || found[0].ID != id) {
			t.Errorf("%s: %+v", filter, found)
		}
	}
	for _, id := range ids {
		if actions := w.actions(id); actions[len(actions)-1] != "closed" || actions[len(actions)-2] != "delete" {
			t.Errorf("the trail of %s is %q", id, actions)
		}
	}
	w.wantClosed(first, api.Identification{ID: token.ID, Version: 1, EndReason: "overlap_ended"})
	w.wantClosed(second, api.Identification{ID: token.ID, Version: 2, EndReason: "closed"})
	w.wantClosed(signing, api.Identification{ID: secret.ID, Version: 1, EndReason: "closed"})
	if got := w.identify(w.foreign["acme/production"], second); got.Found {
		t.Errorf("another tenant learns %+v", got)
	}
	if w.introspect(api.RoleRuntime, second).Active {
		t.Error("the value of a deleted token is accepted")
	}
	w.send(w.foreign["acme/production"], "GET", pathTombstones+"/"+token.ID, nil).problem(api.CodeNotFound, "")
}

// wantClosed fails the test unless a value is recognised as one of an object that was deleted.
func (w *world) wantClosed(value string, want api.Identification) {
	w.t.Helper()
	got := w.identify(w.tokens[api.RoleAuditor], value)
	if !got.Found || got.ID != want.ID || got.Version != want.Version || got.EndReason != want.EndReason ||
		got.State != "retired" && got.State != "revoked" || got.ClosedAt == nil || !got.ClosedAt.Equal(w.clock.Now()) {
		w.t.Errorf("%+v, want %+v", got, want)
	}
}

// A deletion destroys the values: neither they nor what seals them is in the files of the database, so they are in no
// later backup, and a sealed row of an earlier one opens with nothing that the platform has.
func TestDeletionDestroysValues(t *testing.T) {
	if onPostgres {
		t.Skip("PostgreSQL overwrites nothing before vacuum, as the guide says")
	}
	const canary = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeQ=="
	w := newWorld(t)
	c := w.newConnector("chat", object{"credentials": object{"k": "canary-Zm9yIHlvdXIgZXllcw"}})
	endpoint := w.newEndpoint("hook", c.ID, nil)
	secret := w.newSecret("signer", endpoint.ID, w.newPolicy("monthly", nil).ID, object{"secret": canary})
	kept := map[string][]byte{}
	var wrapped [][]byte
	look := func(do func(tx *txn.Tx) error) error {
		runner, err := txn.Open(t.Context(), w.store, w.keyring, w.clock, rand.Reader)
		if err != nil {
			return err
		}
		return runner.View(t.Context(), txn.Caller{Scope: staging}, do)
	}
	open := func(tx *txn.Tx) error {
		_, err := tx.Keys.OpenSigningKey(t.Context(), tx.Tx, kept[secret.ID], tx.Bound(secret.ID, 1))
		return err
	}
	err := look(func(tx *txn.Tx) (err error) {
		for _, id := range []string{c.ID, secret.ID} {
			if kept[id], err = tx.Secret(t.Context(), id, 1); err != nil {
				return err
			}
			key, err := tx.DataKeyOf(t.Context(), staging, id, 1)
			if err != nil {
				return err
			}
			wrapped = append(wrapped, key.Wrapped)
		}
		return open(tx)
	})
	if err != nil {
		t.Fatalf("before the deletion: %v", err)
	}
	w.checkpoint()
	if !w.inFiles(kept[c.ID]) || !w.inFiles(wrapped[0]) {
		t.Fatal("the sealed values are not in the files, so the test shows nothing")
	}
	for _, path := range []string{pathOf(secret.ID), pathEndpoints + "/" + endpoint.ID, pathOf(c.ID)} {
		w.do("DELETE", path, nil).want(204)
	}
	w.checkpoint()
	gone := [][]byte{[]byte("canary-Zm9yIHlvdXIgZXllcw"), []byte(strings.TrimPrefix(canary, "whsec_"))}
	for i, text := range append(append(gone, wrapped...), kept[c.ID], kept[secret.ID]) {
		if w.inFiles(text) {
			t.Errorf("text %d is in the files of the database", i)
		}
	}
	if err := look(open); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a kept copy of a sealed value: %v", err)
	}
}

// checkpoint writes the log of SQLite into its file, by closing the database.
func (w *world) checkpoint() {
	w.t.Helper()
	w.restart()
	if left, err := os.Stat(w.file() + "-wal"); err == nil && left.Size() > 1<<20 {
		w.t.Logf("the log has %d bytes", left.Size())
	}
}

func (w *world) inFiles(text []byte) bool {
	w.t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(w.file() + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			w.t.Fatal(err)
		}
		if bytes.Contains(content, text) {
			return true
		}
	}
	return false
}
