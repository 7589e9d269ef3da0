package rotation

import "time"

// Retrieval is what is known of one consumer's use of one version of a connector's credentials.
type Retrieval struct {
	Token    string // id of the scoped token
	Consumer string // what the consumer calls itself, or its address
	Version  int64
	Count    int64
	FirstAt  time.Time
	LastAt   time.Time

	// FetchAgainAt is when the consumer comes back at the latest, as it was last told. What is stored may be later, never
	// earlier.
	FetchAgainAt time.Time
}

// PreviousUse says how far the consumers of a connector's credentials have followed to the current version.
type PreviousUse struct {
	Behind []Retrieval // the newest retrieval of each consumer that has not fetched the current version

	// Known is false where no consumer ever fetched an earlier version: who holds that one is not known then.
	Known bool
	// Safe is true where no consumer uses an earlier version any more.
	Safe bool
}

// PreviousUseAt decides who still uses an earlier version than the current one. A consumer that has fetched the current
// version may go on with the earlier one until it was told to come back: another instance of it may have fetched that.
func PreviousUseAt(current int64, retrievals []Retrieval, now time.Time) PreviousUse {
	var out PreviousUse
	if current == 0 {
		return out
	}
	type consumer struct{ token, name string }
	newest := map[consumer]Retrieval{}
	promised := false
	for _, r := range retrievals {
		by := consumer{r.Token, r.Consumer}
		if r.Version >= newest[by].Version {
			newest[by] = r
		}
		if r.Version < current {
			out.Known = true
			promised = promised || now.Before(r.FetchAgainAt)
		}
	}
	for _, r := range retrievals { // in their order, which a map does not keep
		if r.Version < current && r == newest[consumer{r.Token, r.Consumer}] {
			out.Behind = append(out.Behind, r)
		}
	}
	out.Safe = out.Known && !promised && len(out.Behind) == 0
	return out
}
