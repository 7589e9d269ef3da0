package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Operator does what an operator does with the keys of a platform.
type Operator struct {
	*Keys

	Random *Random
}

// Use says how much of a kind needs a key.
type Use struct {
	What  string
	Count int64
}

// columnNames name the columns in messages.
var columnNames = map[store.SealedColumn]string{
	store.SealedKeys: "platform keys", store.SealedSecrets: "values", store.SealedEvents: "queued events",
}

// InUseError is the error of retiring a key that something still needs.
type InUseError struct {
	Key  string // such as "key 1 of the keyring"
	Uses []Use
	Next string // what to do
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s is not retired, because something needs it (%s): %s", e.Key, Summary(e.Uses), e.Next)
}

// Summary lists uses in one line.
func Summary(uses []Use) string {
	words := make([]string, len(uses))
	for i, u := range uses {
		words[i] = fmt.Sprintf("%s: %d", u.What, u.Count)
	}
	return strings.Join(words, ", ")
}

// KEK is what is known of a key-encryption key.
type KEK struct {
	store.KEK

	InFile  bool // keyring.json has it
	Known   bool // the database has it; it has not where a rotation ended between the file and the database
	Current bool
	Uses    []Use // what is sealed under it
}

// KEKs returns every key-encryption key of the database and of the keyring, in the order of their numbers.
func (o *Operator) KEKs(ctx context.Context) (all []KEK, err error) {
	numbers, err := o.keyring.Numbers()
	if err != nil {
		return nil, err
	}
	err = o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.KEKs(ctx)
		if err != nil {
			return err
		}
		all = nil
		for i, row := range rows {
			kek := KEK{KEK: row, Known: true, InFile: slices.Contains(numbers, row.Number), Current: i == len(rows)-1}
			if kek.Uses, err = usesOfKEK(ctx, tx, row.Number); err != nil {
				return err
			}
			all = append(all, kek)
		}
		return nil
	})
	for _, number := range numbers {
		if !slices.ContainsFunc(all, func(k KEK) bool { return k.Number == number }) {
			all = append(all, KEK{KEK: store.KEK{Number: number}, InFile: true})
		}
	}
	slices.SortFunc(all, func(a, b KEK) int { return int(a.Number - b.Number) })
	return all, err
}

// usesOfKEK counts what is sealed under a key-encryption key.
func usesOfKEK(ctx context.Context, tx *store.Tx, number int64) (uses []Use, err error) {
	from, below := keyring.Under(number)
	for _, column := range store.SealedColumns() {
		n, err := tx.CountSealed(ctx, column, from, below)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			name, ok := columnNames[column]
			if !ok {
				name = string(column)
			}
			uses = append(uses, Use{name, n})
		}
	}
	return uses, nil
}

// RotateKEK makes a key-encryption key of the kind of the newest one, which seals what is new from then on: a key of
// the file, or a new version of the key outside. It writes the file first: where it ends before the database has the
// number, nothing uses the key, and the next call makes another one. The caller prevents two calls at once.
func (o *Operator) RotateKEK(ctx context.Context) (number int64, err error) {
	current, err := o.currentInFile(ctx)
	if err != nil {
		return 0, err
	}
	key, version, err := o.keyring.OutsideOf(current)
	if err != nil {
		return 0, err
	}
	if version == 0 {
		return o.addKEK(ctx, current, o.keyring.Add)
	}
	return o.addKEK(ctx, current, func(number int64) error { return o.keyring.AddOutside(ctx, number, key, true) })
}

// currentInFile returns the number of the current key-encryption key, which the file must have.
func (o *Operator) currentInFile(ctx context.Context) (current int64, err error) {
	inFile, err := o.keyring.Numbers()
	if err != nil {
		return 0, err
	}
	err = o.store.View(ctx, func(tx *store.Tx) (err error) {
		current, err = tx.CurrentKEK(ctx)
		if err == nil && !slices.Contains(inFile, current) {
			return fmt.Errorf("%s has no key %d, which seals what is new now, and no key was made: the key was made on "+
				"another machine, or the file was restored from a backup; put the newest %s here, and run this again",
				keyring.FileName, current, keyring.FileName)
		}
		return err
	})
	return current, err
}

// addKEK makes a key-encryption key with add, and has it seal what is new.
func (o *Operator) addKEK(
	ctx context.Context, current int64, add func(number int64) error,
) (number int64, err error) {
	inFile, err := o.keyring.Numbers()
	if err != nil {
		return 0, err
	}
	number = max(current, slices.Max(inFile)) + 1
	if err := add(number); err != nil {
		return 0, err
	}
	return number, o.insertKEK(ctx, current, number)
}

// insertKEK stores that the file has a new key-encryption key, made after another one. Where that one is not the
// current one any more, a command on another machine has made a key with the same number: the new one leaves the file
// again.
func (o *Operator) insertKEK(ctx context.Context, after, number int64) error {
	overtaken := false
	err := o.updateAgain(ctx, func(tx *store.Tx) error {
		current, err := tx.CurrentKEK(ctx)
		if overtaken = err == nil && current != after; err != nil || overtaken {
			return err
		}
		return tx.InsertKEK(ctx, number, o.clock.Now())
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s has the new key %d, and the database does not know it, so nothing uses it: run quickconnectd "+
			"keyring rotate again, which makes another one: %w", keyring.FileName, number, err)
	case overtaken:
		err = fmt.Errorf("another machine has made a key at the same time, and none was made here: put the newest %s here",
			keyring.FileName)
		return errors.Join(err, o.keyring.Remove(number))
	}
	return nil
}

// RetireKEK ends a key-encryption key under which nothing is sealed, and deletes it from the keyring. It changes the
// database first: where it ends before it has changed the file, it can be called again. The caller prevents two calls
// at once.
func (o *Operator) RetireKEK(ctx context.Context, number int64) error {
	inFile, err := o.keyring.Numbers()
	if err != nil {
		return err
	}
	found := slices.Contains(inFile, number)
	// A refusal is found without a write transaction, for which the writes of a server would have to wait.
	if err := o.store.View(ctx, func(tx *store.Tx) error {
		_, err := retirable(ctx, tx, number, found)
		return err
	}); err != nil {
		return err
	}
	err = o.updateAgain(ctx, func(tx *store.Tx) error {
		row, err := retirable(ctx, tx, number, found)
		if err != nil || row == nil || !row.RetiredAt.IsZero() {
			return err
		}
		row.RetiredAt = o.clock.Now()
		return errors.Join(tx.DeleteDataKeys(ctx, number), tx.UpdateKEK(ctx, *row))
	})
	if err != nil || !found {
		return err
	}
	if err := o.keyring.Remove(number); err != nil {
		return fmt.Errorf("key %d is retired, and %s still has it: run quickconnectd keyring retire %d again, which deletes "+
			"it there: %w", number, keyring.FileName, number, err)
	}
	return nil
}

// retirable returns the row of a key-encryption key that can be retired; nil where only the keyring has the key.
func retirable(ctx context.Context, tx *store.Tx, number int64, inFile bool) (*store.KEK, error) {
	rows, err := tx.KEKs(ctx)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("key %d of the keyring", number)
	var row *store.KEK
	if i := slices.IndexFunc(rows, func(k store.KEK) bool { return k.Number == number }); i >= 0 {
		row = &rows[i]
	}
	switch {
	case row == nil && !inFile:
		return nil, fmt.Errorf("there is no %s: quickconnectd keyring list shows the numbers", name)
	case row == nil:
	case row.Number == rows[len(rows)-1].Number:
		return nil, fmt.Errorf("%s is not retired, because it is the current one: run quickconnectd keyring rotate --rewrap "+
			"first", name)
	case !row.RetiredAt.IsZero() && !inFile:
		return nil, fmt.Errorf("%s was retired already, at %s: there is nothing to do", name,
			row.RetiredAt.UTC().Format(time.RFC3339))
	}
	uses, err := usesOfKEK(ctx, tx, number)
	if err == nil && len(uses) > 0 {
		err = &InUseError{name, uses, "run quickconnectd keyring rewrap, and then this again"}
	}
	return row, err
}
