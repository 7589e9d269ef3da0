// Command historycheck says whether a history of rotations is linearizable: whether what many callers asked for at the
// same time, and what each of them was answered, can be put into one order in which every answer is right. It does so
// with code that is not ours, anishathalye/porcupine. It is for tests, in a module of its own, because the product
// never needs it. It reads the operations as JSON from its input, and fails if there is no such order.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

// operation is one request about one credential.
type operation struct {
	Credential   string
	Call, Return int64 // in nanoseconds; an operation that was not answered has no Return
	Step         string
	Refused      string
	After        versions
	Held         *bool
}

// patience is for one credential. What is not decided by then is no success.
const patience = time.Minute

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var all []operation
	if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {
		return err
	}
	histories := map[string][]porcupine.Operation{}
	for _, o := range all {
		end := o.Return
		if end == 0 {
			end = math.MaxInt64
		}
		histories[o.Credential] = append(histories[o.Credential], porcupine.Operation{
			Input: input{o.Step}, Call: o.Call, Return: end,
			Output: output{Unknown: o.Return == 0, Refused: o.Refused, After: o.After, Held: o.Held},
		})
	}
	var failed []error
	for credential, history := range histories {
		result, found := porcupine.CheckOperationsVerbose(model, history, patience)
		switch result {
		case porcupine.Ok:
		case porcupine.Illegal:
			failed = append(failed, fmt.Errorf("%s: no order of its %d operations explains their answers; %s", credential,
				len(history), reached(found)))
		default:
			failed = append(failed, fmt.Errorf("%s: not decided within %s", credential, patience))
		}
	}
	return errors.Join(failed...)
}

// reached says how far the longest order got that explains the answers up to there.
func reached(found porcupine.LinearizationInfo) string {
	var longest []porcupine.Operation
	for _, part := range found.PartialLinearizationsOperations() {
		for _, order := range part {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	text := fmt.Sprintf("the longest one that does has %d, and ends with", len(longest))
	for _, o := range longest[max(0, len(longest)-5):] {
		text += fmt.Sprintf(" %+v %+v;", o.Input, o.Output)
	}
	return text
}
