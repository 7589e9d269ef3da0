//go:build race

package acctest

// raceDetector says that the tests run with -race: the programs they start are then built with it, too.
const raceDetector = true
