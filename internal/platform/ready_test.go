package platform_test

// readiness is the body of /readyz.
type readiness struct {
	Status string
	Checks []struct{ Name, State, Text string }
}

// ready reads /readyz, which must answer with a status.
func (w *world) ready(status int) (out readiness) {
	w.t.Helper()
	w.send("", "GET", "/readyz", nil).want(status).decode(&out)
	return out
}

// check returns what one check found.
func (r readiness) check(name string) (found struct{ Name, State, Text string }) {
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	return found
}
