package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Issuer signs the people of a tenant in.
type Issuer struct {
	Tenant         string
	ID             string
	Name           string
	URL            string
	ClientID       string
	KeyEnvironment string   // whose data key seals what belongs to the issuer and to its sessions
	Sealed         []byte   // the secret of the client; nil for a public client
	GroupsClaim    string   // the claim with the groups of a person
	RequiredACR    []string // one of them must be the acr of a sign-in; none: any
	RequiredAMR    []string // all of them must be in the amr of a sign-in
	CreatedAt      time.Time
	RemovedAt      time.Time // zero: it signs people in
}

const kindIssuer = "issuer"

const selectIssuer = `SELECT tenant, id, name, url, client_id, key_environment, sealed, groups_claim, required_acr,
	required_amr, created_at, removed_at FROM issuers `

var (
	issuerByID   = statement(selectIssuer + `WHERE tenant = $1 AND id = $2`)
	issuerByName = statement(selectIssuer + `WHERE tenant = $1 AND name = $2`)
	issuersOf    = statement(selectIssuer + `WHERE tenant = $1 AND removed_at = 0 ORDER BY name`)
	issuersByURL = statement(selectIssuer + `WHERE url = $1 AND removed_at = 0 ORDER BY tenant, id`)
	insertIssuer = statement(`INSERT INTO issuers (tenant, id, name, url, client_id, key_environment, sealed,
		groups_claim, required_acr, required_amr, created_at, removed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)`)
	removeIssuer = statement(`UPDATE issuers SET removed_at = $3 WHERE tenant = $1 AND id = $2 AND removed_at = 0`)

	environmentsOf = statement(`SELECT name FROM environments WHERE tenant = $1 ORDER BY name`)
)

func (tx *Tx) issuers(ctx context.Context, text string, args ...any) (found []*Issuer, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var i Issuer
		err := row.Scan(&i.Tenant, &i.ID, &i.Name, &i.URL, &i.ClientID, &i.KeyEnvironment, &i.Sealed, &i.GroupsClaim,
			column.JSON(&i.RequiredACR), column.JSON(&i.RequiredAMR), column.Time(&i.CreatedAt), column.Time(&i.RemovedAt))
		found = append(found, &i)
		return err
	})
	return found, err
}

func (tx *Tx) issuer(ctx context.Context, text, tenant, key string) (*Issuer, error) {
	found, err := tx.issuers(ctx, text, tenant, key)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("looking for", kindIssuer, key, err)
	}
	return found[0], nil
}

// Issuer reads an issuer by its id, even if it was removed.
func (tx *Tx) Issuer(ctx context.Context, tenant, id string) (*Issuer, error) {
	return tx.issuer(ctx, issuerByID, tenant, id)
}

// IssuerByName reads an issuer by its name, even if it was removed.
func (tx *Tx) IssuerByName(ctx context.Context, tenant, name string) (*Issuer, error) {
	return tx.issuer(ctx, issuerByName, tenant, name)
}

// Issuers reads the issuers of a tenant that were not removed, in the order of their names.
func (tx *Tx) Issuers(ctx context.Context, tenant string) ([]*Issuer, error) {
	found, err := tx.issuers(ctx, issuersOf, tenant)
	return found, failed("listing", "issuers", "", err)
}

// IssuersByURL reads the issuers of all tenants that are the same provider and were not removed.
func (tx *Tx) IssuersByURL(ctx context.Context, url string) ([]*Issuer, error) {
	found, err := tx.issuers(ctx, issuersByURL, url)
	return found, failed("looking for", "issuers", "", err)
}

// InsertIssuer stores a new issuer. It returns ErrNameTaken if the tenant has, or had, one with the name.
func (tx *Tx) InsertIssuer(ctx context.Context, i *Issuer) error {
	_, err := tx.exec(ctx, insertIssuer, i.Tenant, i.ID, i.Name, i.URL, i.ClientID, i.KeyEnvironment, i.Sealed,
		i.GroupsClaim, column.JSON(&i.RequiredACR), column.JSON(&i.RequiredAMR), column.Micros(i.CreatedAt))
	return failed("storing", kindIssuer, i.ID, err)
}

// RemoveIssuer notes that an issuer signs nobody in any more.
func (tx *Tx) RemoveIssuer(ctx context.Context, i *Issuer) error {
	return failed("removing", kindIssuer, i.ID,
		tx.execOne(ctx, removeIssuer, i.Tenant, i.ID, column.Micros(i.RemovedAt)))
}

// Environments lists the environments of a tenant by name.
func (tx *Tx) Environments(ctx context.Context, tenant string) (names []string, err error) {
	err = tx.each(ctx, environmentsOf, []any{tenant}, func(row scanner) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, failed("listing", "environments", "", err)
}
