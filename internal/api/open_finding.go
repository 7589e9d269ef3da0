package api

import "time"

// OpenFinding are the open findings of one rule about one object. They move by themselves, and do not change its etag.
type OpenFinding struct {
	Finding    string    `json:"finding" doc:"The rule, such as new_network."`
	Open       int64     `json:"open" doc:"How many findings of the rule are open. The other members are those of the one that was seen last."`
	ID         string    `json:"id" doc:"Its id, to close it by."`
	Version    int64     `json:"version" doc:"The version that it is about; 0 where it is about all of them."`
	LastSeenAt time.Time `json:"last_seen_at" doc:"When what it is about was seen last."`
	Action     string    `json:"action" doc:"What the platform did by itself: revoked or quarantined. Empty for nothing."`
	Summary    string    `json:"summary" doc:"What was seen, in one sentence. Never a value."`
	Advice     string    `json:"advice" doc:"What to do about it."`
}
