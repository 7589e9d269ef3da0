package api

import "time"

const (
	// WhenUnused is the value of the query parameter when of a DELETE: an object in use is deleted with its last user.
	WhenUnused = "unused"
	// MaxUsersShown is how many users of an object that is deleting are named at most.
	MaxUsersShown = 20
	// DeletingAge is how long an object is deleting when it is listed as an orphan, and its users are warned of it.
	DeletingAge = time.Hour
)

// Deletion says what became of a DELETE of an object that was in use.
type Deletion struct {
	DeletingSince *time.Time `json:"deleting_since" doc:"When the object was deleted while it was in use: its name is free, nothing new may refer to it, and it is removed with its last user. Null for an object that was not deleted."`
	InUseBy       []User     `json:"in_use_by" doc:"The objects that still refer to an object that is deleting, 20 at most. Null for any other object."`
	InUseCount    int        `json:"in_use_count" doc:"How many objects still refer to an object that is deleting. 0 for any other object."`
}

// AsDeletion returns the deletion of an object. The types that embed Deletion have the method too.
func (d Deletion) AsDeletion() Deletion { return d }

// User is an object that refers to another one.
type User struct {
	Kind string `json:"kind" doc:"The kind of the object, as in the path of its collection."`
	ID   string `json:"id" doc:"The id of the object."`
	Name string `json:"name" doc:"The name of the object."`
}

// Uses says which of the objects that an object refers to are deleting.
type Uses struct {
	UsesDeleting []Deleting `json:"uses_deleting" doc:"The objects that this one refers to and that were deleted meanwhile: they work as before, until nothing refers to them. Null for none."`
}

// AsUses returns the uses of an object. The types that embed Uses have the method too.
func (u Uses) AsUses() Uses { return u }

// Deleting is an object that is deleting, as its users show it.
type Deleting struct {
	User
	DeletingSince time.Time `json:"deleting_since" doc:"When it was deleted."`
	Orphaned      bool      `json:"orphaned" doc:"That was an hour ago or more: it is listed as an orphan."`
}

// Undelete brings back an object that is deleting.
type Undelete struct {
	Name string `json:"name" doc:"The name that it gets: one that is free. Its old name may have another owner by now."`
}
