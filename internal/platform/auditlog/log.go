package auditlog

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Log is the Merkle tree over the leaves so far, as far as it takes to go on: the hashes of its complete subtrees, the
// largest first. They are at most 63, however long the log is.
type Log struct {
	Size int64
	Edge []tlog.Hash
}

// ReadLog returns the log of a size with the hashes that Bytes has returned.
func ReadLog(size int64, edge []byte) (Log, error) {
	hashes, err := Hashes(edge)
	l := Log{Size: size, Edge: hashes}
	if err == nil && (size < 0 || len(hashes) != bits.OnesCount64(uint64(size))) {
		err = fmt.Errorf("a log of %d events does not have %d complete subtrees", size, len(hashes))
	}
	return l, err
}

// Leaf returns the hash of the leaf of a commitment.
func Leaf(commitment []byte) tlog.Hash { return tlog.RecordHash(commitment) }

// Append adds a leaf. It returns the hash of the leaf, followed by those of the subtrees that it completes, each twice
// as large as the one before. In the numbering of package tlog they are stored one after another.
func (l *Log) Append(leaf tlog.Hash) ([]tlog.Hash, error) {
	known := l.known()
	made, err := tlog.StoredHashesForRecordHash(l.Size, leaf, known)
	if err != nil {
		return nil, fmt.Errorf("add event %d to the log: %w", l.Size, err)
	}
	l.Edge = append(l.Edge[:len(l.Edge)-(len(made)-1):len(l.Edge)-(len(made)-1)], made[len(made)-1])
	l.Size++
	return made, nil
}

// Root returns the hash of the whole tree.
func (l *Log) Root() (tlog.Hash, error) { return tlog.TreeHash(l.Size, l.known()) }

// known reads the hashes of the complete subtrees by their numbers.
func (l *Log) known() tlog.HashReader {
	known := map[int64]tlog.Hash{}
	for i, index := range Complete(l.Size) {
		known[index] = l.Edge[i]
	}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			h, ok := known[index]
			if !ok {
				return nil, errors.New("the log is not whole: a hash of a complete subtree is missing")
			}
			out[i] = h
		}
		return out, nil
	})
}

// Completes says where the hash with a number of package tlog is stored: with the leaf that completes its subtree, at
// the place of its level.
func Completes(index int64) (leaf int64, level int) {
	level, n := tlog.SplitStoredHashIndex(index)
	return (n+1)<<level - 1, level
}

// Bytes returns hashes one after another.
func Bytes(hashes []tlog.Hash) []byte {
	out := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// Hashes takes apart what Bytes has returned.
func Hashes(b []byte) ([]tlog.Hash, error) {
	if len(b)%tlog.HashSize != 0 {
		return nil, fmt.Errorf("%d bytes are no whole number of hashes", len(b))
	}
	out := make([]tlog.Hash, len(b)/tlog.HashSize)
	for i := range out {
		copy(out[i][:], b[i*tlog.HashSize:])
	}
	return out, nil
}

// Complete returns the numbers of the hashes of the complete subtrees of a log of a size, the largest first.
func Complete(size int64) (indexes []int64) {
	for start := int64(0); start < size; {
		level := bits.Len64(uint64(size-start)) - 1 //nolint:gosec // a size is not negative
		indexes = append(indexes, tlog.StoredHashIndex(level, start>>level))
		start += 1 << level
	}
	return indexes
}
