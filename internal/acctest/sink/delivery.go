package sink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Delivery is one secret as the sink received it: the value itself, so that a test can use it, or nil for a null one.
type Delivery struct {
	Version int64   `json:"version"`
	Value   *string `json:"value"`
}

// Deliveries reads what was delivered to a file, oldest first. A file that does not exist has had none.
func Deliveries(path string) ([]Delivery, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Delivery
	for line := range bytes.Lines(data) {
		var d Delivery
		if err := json.Unmarshal(line, &d); err != nil {
			return nil, fmt.Errorf("%s has a line that is no delivery", path)
		}
		all = append(all, d)
	}
	return all, nil
}

// RefusedBy is the file beside a sink's own that makes it refuse every write while it exists.
func RefusedBy(path string) string { return path + ".refused" }

func appendDelivery(path string, d Delivery) error {
	if _, err := os.Stat(RefusedBy(path)); err == nil {
		return errors.New("the sink may be read, but not written")
	}
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}
