// Package controller brings the cluster to the state that objects ask for.
package controller

import (
	"context"
	"log/slog"

	v1 "example.com/controller/api/v1"
)

// Reconciler looks after guestbooks.
type Reconciler struct{ Log *slog.Logger }

// Reconcile handles one guestbook.
func (r Reconciler) Reconcile(_ context.Context, g v1.Guestbook) error {
	r.Log.Info("reconciled", "name", g.Name, "entries", len(g.Entries))
	return nil
}
