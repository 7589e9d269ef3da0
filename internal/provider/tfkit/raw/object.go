package raw

import (
	"bytes"
	"maps"
	"slices"

	"github.com/vmihailenco/msgpack/v5"
)

// Object encodes an object whose attributes are texts, as Terraform and the framework do.
func Object(attributes map[string]string) []byte {
	var out bytes.Buffer
	enc := msgpack.NewEncoder(&out)
	_ = enc.EncodeMapLen(len(attributes)) // writing to memory does not fail
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		_ = enc.EncodeString(name)
		_ = enc.EncodeString(attributes[name])
	}
	return out.Bytes()
}
