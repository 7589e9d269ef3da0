package view

import (
	"slices"
	"sort"
)

// Top keeps the first items of an order, and counts all. It needs no more memory for more items.
type Top[T any] struct {
	keep    int
	compare func(a, b T) int
	items   []T
	added   int
}

// NewTop returns what keeps the first items of an order, at most so many.
func NewTop[T any](keep int, compare func(a, b T) int) *Top[T] {
	return &Top[T]{keep: keep, compare: compare}
}

// Add counts an item, and keeps it where it is among the first.
func (t *Top[T]) Add(item T) {
	t.added++
	at := sort.Search(len(t.items), func(i int) bool { return t.compare(t.items[i], item) > 0 })
	if at == t.keep {
		return
	}
	if len(t.items) == t.keep {
		t.items = t.items[:t.keep-1]
	}
	t.items = slices.Insert(t.items, at, item)
}

// All returns what is kept, in the order.
func (t *Top[T]) All() []T { return t.items }

// Len is how many items are kept.
func (t *Top[T]) Len() int { return len(t.items) }

// Added is how many items were added.
func (t *Top[T]) Added() int { return t.added }

// Rest says how many items a list leaves out. It is empty where the list has all.
func Rest(shown, all int) string {
	if shown >= all {
		return ""
	}
	return "These are the first " + Number(shown) + " of " + Number(all) + "."
}
