// Command merklecheck verifies a proof of an audit log with code that is not ours: transparency-dev/merkle. It is for
// tests, in a module of its own, because the product never needs it. It reads one proof as JSON from its input.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// input is a proof that a leaf is in a tree or, where From is above 0, that a tree begins with another one.
type input struct {
	Index, From, Size uint64
	Commitment        []byte // what the leaf is made of
	Hashes            [][]byte
	FromRoot, Root    []byte
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	hasher := rfc6962.DefaultHasher
	if in.From > 0 {
		return proof.VerifyConsistency(hasher, in.From, in.Size, in.Hashes, in.FromRoot, in.Root)
	}
	return proof.VerifyInclusion(hasher, in.Index, in.Size, hasher.HashLeaf(in.Commitment), in.Hashes, in.Root)
}
