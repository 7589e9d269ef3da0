package platform

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (r *router) connectors() {
	const path = "/v1/" + api.KindConnectors
	register(r, operation{
		id: "createConnector", method: http.MethodPost, path: path, tag: tagConnectors, permission: api.PermissionWrite,
		summary: "Create a connector", status: http.StatusCreated,
		description: "Makes a connector, with credentials or without. Credentials under a name that existed before continue its numbers.",
	}, r.createConnector)
	register(r, operation{
		id: "listConnectors", method: http.MethodGet, path: path, tag: tagConnectors, permission: api.PermissionRead,
		summary: "List connectors", description: "Lists the connectors of the environment in the order of their ids, in pages.",
	}, r.listConnectors)
	register(r, operation{
		id: "getConnector", method: http.MethodGet, path: path + "/{id}", tag: tagConnectors, permission: api.PermissionRead,
		summary: "Read a connector", description: "Returns the connector, with the digest of its credentials and never the credentials.",
	}, r.getConnector)
	register(r, operation{
		id: "patchConnector", method: http.MethodPatch, path: path + "/{id}", tag: tagConnectors, permission: api.PermissionWrite,
		summary: "Change a connector", description: "Merge patch. New credentials become current and the old ones are retired in one transaction; on hold they are refused.",
	}, r.patchConnector)
	register(r, operation{
		id: "deleteConnector", method: http.MethodDelete, path: path + "/{id}", tag: tagConnectors, permission: api.PermissionWrite,
		summary: "Delete a connector", description: "Refused while a scoped token or a webhook endpoint refers to it.",
	}, r.deleteConnector)
	registerCredential(r, nounConnector, "Connector", tagConnectors, (*work).connector)
}

// connector is a stored connector with the rules that hold for its credentials.
type connector struct {
	*store.Connector
	policy rotation.Policy
}

func (c *connector) parts() parts {
	return parts{nounConnector, &c.Object, &c.Credential, c.policy, nil}
}

// save stores the connector. Credentials that are not valid any more are recognised by nothing.
func (c *connector) save(ctx context.Context, w *work) error {
	if _, valid := c.Credential.Current(); !valid {
		c.Digest = ""
	}
	return w.tx.UpdateConnector(ctx, c.Connector)
}

func (c *connector) show(now time.Time) api.Connector {
	return flattenConnector(c.Connector, c.policy, now)
}

func (w *work) connector(ctx context.Context, id string) (credentialed[api.Connector], error) {
	return w.readConnector(ctx, id)
}

func (w *work) readConnector(ctx context.Context, id string) (*connector, error) {
	record, err := w.tx.Connector(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nounConnector.notFound(w.scope)
	}
	if err != nil {
		return nil, err
	}
	policy, err := w.policy(ctx, record.RotationPolicyID)
	return &connector{record, policy}, err
}

type createConnectorInput struct {
	Keyed
	Body api.ConnectorCreate
}

func (p *Platform) createConnector(ctx context.Context, in *createConnectorInput) (*created[api.Connector], error) {
	return asCreated(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.Connector], err error) {
		b := in.Body
		c := &connector{Connector: &store.Connector{
			Owner: b.Owner, Type: b.Type, Settings: b.Settings, AllowedScopes: b.AllowedScopes, Enabled: or(b.Enabled, true),
			RotationPolicyID: or(b.RotationPolicyID, ""), CredentialsWOVersion: b.CredentialsWOVersion,
		}}
		if c.Object, err = w.newObject(nounConnector, b.Name, b.Description, b.Labels); err != nil {
			return out, err
		}
		if err := checkConnector(c.Connector); err != nil {
			return out, err
		}
		if c.policy, err = w.policyNamed(ctx, c.RotationPolicyID); err != nil {
			return out, err
		}
		if err := w.nameFree(ctx, nounConnector, c.Name); err != nil {
			return out, err
		}
		if c.Credential.Highest, err = w.tx.HighestNumber(ctx, w.scope, api.KindConnectors, c.Name); err != nil {
			return out, err
		}
		if err := w.audit(ctx, actionCreate, api.KindConnectors, c.ID, map[string]string{"name": c.Name}); err != nil {
			return out, err
		}
		if b.Credentials != nil {
			if _, err := w.replaceCredentials(ctx, c, b.Credentials); err != nil {
				return out, err
			}
		}
		if err := w.tx.InsertConnector(ctx, c.Connector); err != nil {
			return out, err
		}
		return createdAt(nounConnector, &c.Object, c.show(w.now)), nil
	}))
}

func (p *Platform) listConnectors(ctx context.Context, in *listing) (out *listed[api.Connector], err error) {
	list, err := in.list(nounConnector)
	if err != nil {
		return nil, err
	}
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		records, err := w.tx.Connectors(ctx, w.scope, list)
		if err != nil {
			return nil, err
		}
		connectors := make([]*connector, len(records))
		for i, record := range records {
			policy, err := w.policy(ctx, record.RotationPolicyID)
			if err != nil {
				return nil, err
			}
			connectors[i] = &connector{record, policy}
		}
		out = pageOf(*in, connectors, func(c *connector) string { return c.ID }, func(c *connector) api.Connector { return c.show(w.now) })
		return nil, nil
	})
	return out, err
}

func (p *Platform) getConnector(ctx context.Context, in *ByID) (out *shown[api.Connector], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		c, err := w.readConnector(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out, err = asShown(nowIs(&c.Object, c.show(w.now)), nil)
		return nil, err
	})
	return out, err
}

type patchConnectorInput struct {
	ByID
	Conditional
	Body api.ConnectorPatch `contentType:"application/merge-patch+json"`
}

func (p *Platform) patchConnector(ctx context.Context, in *patchConnectorInput) (*shown[api.Connector], error) {
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.Connector], err error) {
		c, err := w.readConnector(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounConnector, &c.Object, in.IfMatch); err != nil {
			return out, err
		}
		before, shownBefore := *c.Connector, c.show(w.now)
		if err := mergeConnector(c.Connector, &in.Body); err != nil {
			return out, err
		}
		if err := checkConnector(c.Connector); err != nil {
			return out, err
		}
		if c.policy, err = w.policyNamed(ctx, c.RotationPolicyID); err != nil {
			return out, err
		}
		if c.Name != before.Name {
			if err := w.nameFree(ctx, nounConnector, c.Name); err != nil {
				return out, err
			}
			if err := w.renamed(ctx, c.parts()); err != nil {
				return out, err
			}
		}
		replaced := false
		if in.Body.Credentials != nil {
			if replaced, err = w.replaceCredentials(ctx, c, in.Body.Credentials); err != nil {
				return out, err
			}
		}
		if !replaced && reflect.DeepEqual(before, *c.Connector) {
			return nowIs(&c.Object, c.show(w.now)), nil
		}
		c.parts().bump()
		if err := c.save(ctx, w); err != nil {
			return out, err
		}
		after := c.show(w.now)
		err = w.audit(ctx, actionUpdate, api.KindConnectors, c.ID, map[string]string{"changed": differences(shownBefore, after)})
		return nowIs(&c.Object, after), err
	}))
}

func (p *Platform) deleteConnector(ctx context.Context, in *deleteInput) (*deleted, error) {
	return asDeleted(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[deleted], err error) {
		c, err := w.readConnector(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounConnector, &c.Object, in.IfMatch); err != nil {
			return out, err
		}
		if err := w.unreferenced(ctx, nounConnector, &c.Object); err != nil {
			return out, err
		}
		if err := w.tx.DeleteConnector(ctx, w.scope, c.ID); err != nil {
			return out, err
		}
		return gone(), w.audit(ctx, actionDelete, api.KindConnectors, c.ID, map[string]string{"name": c.Name})
	}))
}

// replaceCredentials makes credentials the current ones. The same ones again are no new version: a secret does not get
// younger by being sent once more. It tells whether there is a new version, and does not save.
func (w *work) replaceCredentials(ctx context.Context, c *connector, credentials map[string]secret.Value) (bool, error) {
	if err := api.CheckCredentials(lengths(credentials)); err != nil {
		return false, refused("/credentials", err)
	}
	key, err := w.vault.comparisonKey(ctx, w.tx, w.scope)
	if err != nil {
		return false, err
	}
	digest, err := w.vault.digest(key, c.ID, credentials)
	if err != nil || digest == c.Digest {
		return false, err
	}
	after, done, err := rotation.Replace(c.Credential.Credential, w.actor, w.now)
	if err != nil {
		return false, err
	}
	c.Digest = digest
	return true, w.carry(ctx, c.parts(), after, []rotation.Transition{done}, func(ctx context.Context, number int64) error {
		sealed, err := w.vault.sealCredentials(credentials, w.bound(c.ID, number))
		if err != nil {
			return err
		}
		return w.tx.PutSecret(ctx, c.ID, store.Sealed{Number: number, Value: sealed})
	})
}

// bound is what a sealed value belongs to.
func (w *work) bound(credentialID string, number int64) keyring.Bound {
	return keyring.Bound{Tenant: w.scope.Tenant, Environment: w.scope.Environment, Credential: credentialID, Version: number}
}
