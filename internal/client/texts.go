package client

// freeTexts is an answer with texts that somebody wrote, and that a plan prints: the reason of a hold, what a receiver
// answered.
type freeTexts interface{ FreeTexts() []*string }

// cleanTexts makes the free texts of an answer fit to print, and to be kept in a state. They are searched like the
// details of errors, and are not cut.
func (k *known) cleanTexts(answer any) {
	a, ok := answer.(freeTexts)
	if !ok {
		return
	}
	for _, text := range a.FreeTexts() {
		*text = k.search(*text)
	}
}
