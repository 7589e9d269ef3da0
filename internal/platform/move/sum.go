package move

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Sum is what a table has: the same on both sides of a move.
type Sum struct {
	Table string
	Rows  int64
	// SHA256 is the checksum of all rows in the order of their keys, in hexadecimal digits.
	SHA256 string
}

// sum counts the rows of a table, and computes their checksum.
func (t table) sum(ctx context.Context, q querier) (Sum, error) {
	s := Sum{Table: t.name}
	digest := sha256.New()
	var after []any
	for {
		page, err := t.page(ctx, q, after)
		if err != nil {
			return s, err
		}
		if len(page) == 0 {
			s.SHA256 = hex.EncodeToString(digest.Sum(nil))
			return s, nil
		}
		for _, row := range page {
			for _, v := range row {
				write(digest, v)
			}
		}
		s.Rows += int64(len(page))
		after = t.keyOf(page[len(page)-1])
	}
}

// write adds a value to a checksum: its type, its length, and its bytes. So two rows never have the same bytes by
// chance of where one value ends and the next one begins.
func write(h hash.Hash, v any) {
	var kind byte
	var data []byte
	switch v := v.(type) {
	case nil:
		kind = 'n'
	case int64:
		kind, data = 'i', binary.BigEndian.AppendUint64(nil, uint64(v)) //nolint:gosec // every bit is kept
	case string:
		kind, data = 't', []byte(v)
	case []byte:
		kind, data = 'b', v
	}
	_, _ = h.Write(binary.BigEndian.AppendUint64([]byte{kind}, uint64(len(data))))
	_, _ = h.Write(data)
}

func (t table) count(ctx context.Context, q querier) (n int64, err error) {
	err = each(ctx, q, `SELECT COUNT(*) FROM "`+t.name+`"`, nil, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}
