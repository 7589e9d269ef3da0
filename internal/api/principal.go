package api

import "time"

// Principal is a caller of the API. Its token is never shown.
type Principal struct {
	ID         string     `json:"id" doc:"The platform's name for the principal, prn_ and a ULID. Never changes."`
	Name       string     `json:"name" doc:"The name that it was made with. Several may have the same."`
	Role       string     `json:"role" doc:"What it may do." enum:"auditor,planner,operator,deployer,security,runtime"`
	CreatedAt  time.Time  `json:"created_at" doc:"When it was made."`
	ExpiresAt  *time.Time `json:"expires_at" doc:"When its token ends, or has ended. Null for never."`
	LastUsedAt *time.Time `json:"last_used_at" doc:"The last request with its token; at most a minute behind. Null for never."`
}

// Actor shows who did something to a person: the name with the id behind it, or the id alone where it has no name.
func Actor(id, name string) string {
	if name == "" {
		return id
	}
	return name + " (" + id + ")"
}
