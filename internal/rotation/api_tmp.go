package rotation

import "time"

func Create(now time.Time, actor string, lowest int64, expiresAt time.Time) (Credential, Transition) {
	panic("soon")
}
func Replace(c Credential, actor string, now time.Time) (Credential, Transition, error) {
	panic("soon")
}
func Settle(c Credential, p Policy, now time.Time) (Credential, []Transition) { panic("soon") }
func Apply(c Credential, p Policy, cmd Command, now time.Time) (Credential, []Transition, error) {
	panic("soon")
}
func RaiseMinimum(c Credential, p Policy, n int64, actor string, now time.Time) (Credential, []Transition, error) {
	panic("soon")
}
func RevokeValue(c Credential, p Policy, number int64, actor string, now time.Time) (Credential, []Transition) {
	panic("soon")
}
func SetExpiry(c Credential, p Policy, at, now time.Time) (Credential, []Transition, error) {
	panic("soon")
}
func Request(c Credential) Credential { panic("soon") }
func Use(c Credential, p Policy, number int64, evidence, actor string, now time.Time) (Credential, []Transition, bool) {
	panic("soon")
}
func StatusAt(c Credential, p Policy, now time.Time) Status { panic("soon") }
func AgeAt(c Credential, p Policy, now time.Time) Age       { panic("soon") }
func ReportNotEnforced(c Credential, p Policy, number int64, now time.Time) (Credential, []Transition) {
	panic("soon")
}

type Age struct {
	Status       string // missing, current, due, overdue, revoked
	SetAt, DueAt time.Time
}
