package postgres

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"sync"
)

var (
	textColumn = regexp.MustCompile(`\bTEXT\b`)
	parameter  = regexp.MustCompile(`\$\d+`)

	// bound has the statements that were bound before, by their texts and the types of their parameters.
	bound sync.Map
)

// Bind returns a portable statement with the type of each parameter, and its arguments as values of the driver. Without
// the types, the server takes the number in "$1 = 0 OR at < $1" for one of four bytes, by the first place where it is.
func Bind(text string, args []any) (string, []any, error) {
	values := make([]any, len(args))
	types := make([]byte, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return "", nil, fmt.Errorf("parameter $%d: %w", i+1, err)
		}
		values[i], types[i] = v, typeOf(v)
	}
	key := string(types) + text
	if known, ok := bound.Load(key); ok {
		typed, _ := known.(string)
		return typed, values, nil
	}
	typed := parameter.ReplaceAllStringFunc(text, func(p string) string {
		n, err := strconv.Atoi(p[1:])
		if err != nil || n < 1 || n > len(types) {
			return p // the server says what is wrong
		}
		return p + casts[types[n-1]]
	})
	bound.Store(key, typed)
	return typed, values, nil
}

// casts is what gives a parameter its type, by the letter of typeOf. The server infers the type of NULL.
var casts = map[byte]string{'n': "", 'i': "::bigint", 't': "::text", 'b': "::bytea", '-': ""}

func typeOf(v driver.Value) byte {
	switch v.(type) {
	case nil:
		return 'n'
	case int64:
		return 'i'
	case string:
		return 't'
	case []byte:
		return 'b'
	}
	return '-'
}
