// Command cmd is a controller's manager. It has the flags and the probes of the
// manager that `kubebuilder init` writes, and no cluster: it reconciles one
// object of its own.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	v1 "example.com/controller/api/v1"
	"example.com/controller/internal/controller"
)

func main() {
	elect := flag.Bool("leader-elect", false, "wait until no other manager leads")
	probes := flag.String("health-probe-bind-address", ":8081", "address of the probes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *probes, *elect); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, probes string, elect bool) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	log.Info("starting manager", "leader-elect", elect)
	reconciler := controller.Reconciler{Log: log}
	if err := reconciler.Reconcile(ctx, v1.Guestbook{Name: "sample"}); err != nil {
		return err
	}
	server := &http.Server{Addr: probes, Handler: handler(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.Background())
	}
}

// handler answers the probes of the Deployment.
func handler() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/readyz"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	}
	return mux
}
