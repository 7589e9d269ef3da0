package api

// nearest returns the one of the known keys that a key was probably meant to be, or "" if none is near.
func nearest(key string, known []string) string {
	best, out := len(key)/3+1, ""
	for _, k := range known {
		if d := distance(key, k); d < best {
			best, out = d, k
		}
	}
	return out
}

// distance counts the characters to insert, to remove or to replace between two texts (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
