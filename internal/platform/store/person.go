package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Person is somebody whom an issuer signs in, with what the issuer said last.
type Person struct {
	Tenant        string
	ID            string
	IssuerID      string
	Subject       string // as the issuer calls the person; never another person
	Name          string // for people to read: the e-mail address, the name or the subject
	Email         string
	EmailVerified bool
	Groups        []string
	CreatedAt     time.Time
	SeenAt        time.Time // when the issuer last said so
	GoneAt        time.Time // when the issuer said that there is no such person any more; zero: it did not
}

const selectPerson = `SELECT tenant, id, issuer_id, subject, name, email, email_verified, member_of, created_at,
	seen_at, gone_at FROM persons `

var (
	personByID      = statement(selectPerson + `WHERE tenant = $1 AND id = $2`)
	personBySubject = statement(selectPerson + `WHERE tenant = $1 AND issuer_id = $2 AND subject = $3`)
	insertPerson    = statement(`INSERT INTO persons (tenant, id, issuer_id, subject, name, email, email_verified,
		member_of, created_at, seen_at, gone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	updatePerson = statement(`UPDATE persons SET name = $3, email = $4, email_verified = $5, member_of = $6,
		seen_at = $7, gone_at = $8 WHERE tenant = $1 AND id = $2`)
)

func (tx *Tx) person(ctx context.Context, text string, args ...any) (found *Person, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		found = &Person{}
		return row.Scan(&found.Tenant, &found.ID, &found.IssuerID, &found.Subject, &found.Name, &found.Email,
			&found.EmailVerified, column.JSON(&found.Groups), column.Time(&found.CreatedAt), column.Time(&found.SeenAt),
			column.Time(&found.GoneAt))
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, failed("looking for", "person", "", err)
}

// Person reads a person by its id.
func (tx *Tx) Person(ctx context.Context, tenant, id string) (*Person, error) {
	return tx.person(ctx, personByID, tenant, id)
}

// PersonBySubject reads the person that an issuer calls by a subject.
func (tx *Tx) PersonBySubject(ctx context.Context, tenant, issuerID, subject string) (*Person, error) {
	return tx.person(ctx, personBySubject, tenant, issuerID, subject)
}

// InsertPerson stores a new person.
func (tx *Tx) InsertPerson(ctx context.Context, p *Person) error {
	_, err := tx.exec(ctx, insertPerson, p.Tenant, p.ID, p.IssuerID, p.Subject, p.Name, p.Email,
		column.Bool(p.EmailVerified), column.JSON(&p.Groups), column.Micros(p.CreatedAt), column.Micros(p.SeenAt),
		column.Micros(p.GoneAt))
	return failed("storing", "person", p.ID, err)
}

// UpdatePerson stores what an issuer says of a person now.
func (tx *Tx) UpdatePerson(ctx context.Context, p *Person) error {
	return failed("updating", "person", p.ID, tx.execOne(ctx, updatePerson, p.Tenant, p.ID, p.Name, p.Email,
		column.Bool(p.EmailVerified), column.JSON(&p.Groups), column.Micros(p.SeenAt), column.Micros(p.GoneAt)))
}
