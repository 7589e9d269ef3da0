package store

import (
	"context"
	"maps"
	"slices"
)

// OpenFindings are the open findings of one rule about one object.
type OpenFindings struct {
	Newest *Finding // the one that was seen last
	Open   int64
}

// openFinding tells whether a credential has an open finding, so that the many that have none take no query.
const openFinding = `EXISTS (SELECT 1 FROM findings f WHERE f.tenant = c.tenant AND f.environment = c.environment
	AND f.object_id = c.id AND f.state = 'open')`

var openFindingsOfPage = statement(`SELECT ` + findingColumns + ` FROM findings
	WHERE tenant = $1 AND environment = $2 AND object_id >= $3 AND object_id <= $4 AND state = 'open'
	ORDER BY object_id, finding, version, subject`)

// OpenFindings returns the open findings of objects, by the id of the object and ascending by rule. The ids are
// ascending. It keeps one finding for each object and rule.
func (tx *Tx) OpenFindings(ctx context.Context, scope Scope, ids []string) (map[string][]OpenFindings, error) {
	out := map[string][]OpenFindings{}
	if len(ids) == 0 {
		return out, nil
	}
	err := tx.each(ctx, openFindingsOfPage, between(scope, ids), func(row scanner) error {
		f, err := scanFinding(row)
		if _, there := slices.BinarySearch(ids, f.ObjectID); err != nil || !there {
			return err
		}
		all := out[f.ObjectID]
		if last := len(all) - 1; last >= 0 && all[last].Newest.Finding == f.Finding {
			if all[last].Open++; !f.LastSeen.Before(all[last].Newest.LastSeen) {
				all[last].Newest = f
			}
			return nil
		}
		out[f.ObjectID] = append(all, OpenFindings{Newest: f, Open: 1})
		return nil
	})
	return out, failed("reading the findings of", "a page of objects", "", err)
}

// readFindings reads the open findings of credentials that have some.
func (tx *Tx) readFindings(ctx context.Context, scope Scope, byID map[string]*Credential) error {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		if byID[id].found {
			ids = append(ids, id)
		}
	}
	all, err := tx.OpenFindings(ctx, scope, ids)
	for id, found := range all {
		byID[id].Findings = found
	}
	return err
}
