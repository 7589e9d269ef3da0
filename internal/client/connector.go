package client

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// The bodies below are the one place where a connector's credentials leave secret.Value: they shadow the member that would print redacted.
type connectorCreateBody struct {
	api.ConnectorCreate
	Credentials map[string]string `json:"credentials,omitzero"`
}

type connectorPatchBody struct {
	api.ConnectorPatch
	Credentials map[string]string `json:"credentials,omitzero"`
}

// CreateConnector makes a connector.
func (cl *Client) CreateConnector(ctx context.Context, in api.ConnectorCreate, key string) (*api.Connector, error) {
	body := connectorCreateBody{ConnectorCreate: in, Credentials: exposed(in.Credentials)}
	return connector(create[connectorAnswer](ctx, cl, connectors, in.Name, body, values(body.Credentials), key))
}

// Connector reads a connector.
func (cl *Client) Connector(ctx context.Context, id string) (*api.Connector, error) {
	return connector(read[connectorAnswer](ctx, cl, connectors, id))
}

// ConnectorByName finds a connector; IsNotFound where there is none of this name.
func (cl *Client) ConnectorByName(ctx context.Context, name string) (*api.Connector, error) {
	return connector(byName[connectorAnswer](ctx, cl, connectors, name))
}

// PatchConnector changes a connector.
func (cl *Client) PatchConnector(ctx context.Context, id string, in api.ConnectorPatch, w Write) (*api.Connector, error) {
	body := connectorPatchBody{ConnectorPatch: in, Credentials: exposed(in.Credentials)}
	return connector(patch[connectorAnswer](ctx, cl, connectors, id, body, values(body.Credentials), w))
}

// DeleteConnector deletes a connector.
func (cl *Client) DeleteConnector(ctx context.Context, id, key string) error {
	return remove(ctx, cl, connectors, id, key)
}

func connector(a *connectorAnswer, err error) (*api.Connector, error) {
	if err != nil {
		return nil, err
	}
	return &a.Connector, nil
}

func exposed(in map[string]secret.Value) map[string]string {
	if in == nil {
		return nil
	}
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = v.Expose()
	}
	return out
}

func values(m map[string]string) []string {
	out := make([]string, 0, len(m)+1)
	for _, v := range m {
		out = append(out, v)
	}
	return out
}
