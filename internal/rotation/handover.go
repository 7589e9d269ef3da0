package rotation

// Handover numbers what a consumer should hold, for a sink that holds every valid version and follows one number: 8
// times the next version, plus a code for which versions are valid and which of them is Version. Over the life of one
// credential, two numbers are equal if and only if the consumer should hold the same. A step that only gives a version
// another name, as promote does, does not change it. It can fall: by a cancel after which no version is issued.
func (n Numbers) Handover() int64 {
	return 8*n.Next + n.handoverCode()
}

// handoverCode is below 8. As long as the next version stays the same, at most two versions are ever valid: the one
// that was issued last, and the one before it that was valid then. Where a credential got the name of another one,
// whose numbers it continues, both are older than the last number.
func (n Numbers) handoverCode() int64 {
	valid := n.Valid()
	switch len(valid) {
	case 0:
		return 0
	case 1:
		if valid[0] == n.Next-1 {
			return 1
		}
		return 2
	}
	code := int64(3)
	if valid[1] != n.Next-1 {
		code = 5
	}
	if n.Version == valid[1] {
		return code
	}
	return code + 1
}
