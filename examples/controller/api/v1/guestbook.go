// Package v1 has the types of the API group.
package v1

// Guestbook is what the controller looks after.
type Guestbook struct {
	Name    string
	Entries []string
}
