package keyring

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// A sealed value begins with a header: the format, the number of the KEK, and the id of the data key. In the order of
// their bytes, values are in the order of these numbers.
const (
	format      = 1
	idBytes     = 16
	headerBytes = 1 + 8 + idBytes
)

// olderFormat begins what builds without data keys sealed: each value with a key of its own, wrapped beside it.
const olderFormat = 0

// Header says which keys sealed a value.
type Header struct {
	Number int64         // of the KEK
	ID     [idBytes]byte // of the data key; zero for what the KEK itself sealed
}

func (h Header) bytes() []byte {
	return append(Below(h.Number), h.ID[:]...)
}

// Below returns the bytes before which all values come that are sealed under an older number or in the older format,
// and no other.
func Below(number int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{format}, uint64(max(number, 0)))
}

// Under returns the bytes from which, and before which, all values are that are sealed under a number, and no other.
// The older format counts as the number of the KEK that opens it.
func Under(number int64) (from, below []byte) {
	if number == olderKEK {
		return []byte{}, Below(number + 1)
	}
	return Below(number), Below(number + 1)
}

// HeaderOf reads the header of a sealed value.
func HeaderOf(sealed []byte) (h Header, err error) {
	if len(sealed) < headerBytes || sealed[0] != format {
		return h, errors.New("it does not begin as a sealed value")
	}
	number := binary.BigEndian.Uint64(sealed[1:])
	if number > math.MaxInt64 {
		return h, errors.New("the number of its key is too large")
	}
	h.Number = int64(number)
	copy(h.ID[:], sealed[headerBytes-idBytes:])
	return h, nil
}

// IsOlder reports whether a value is sealed in the format of builds without data keys.
func IsOlder(sealed []byte) bool { return len(sealed) > 0 && sealed[0] == olderFormat }

// bound adds the header to what a value is bound to: a value with a changed header does not open.
func bound(header, associated []byte) []byte {
	return append(bytes.Clone(header), associated...)
}
