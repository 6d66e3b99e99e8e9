package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	bolt "go.etcd.io/bbolt"
)

// TestGC lets a builder rest for a weekend. By default, BuildKit then drops
// Go's caches. With the settings of the guide, it keeps them.
func TestGC(t *testing.T) {
	t.Parallel()
	builder := "gc"
	machine(t, builder, "[log]\n  level = \"debug\"\n") // it says when it has collected
	b := pooled(t, "gc")
	b.Builder = builder
	succeed(t, b)
	fill := buildx.Build{Builder: builder, Args: []string{"--output=type=cacheonly"}}
	fill.Dir = write(t, map[string]string{"Dockerfile": "FROM alpine:3.22\nRUN fallocate -l 600M /large\n"}) // more than the default lets be
	succeed(t, fill)
	const weekend = 60 * time.Hour
	if used := usage(t, builder); used["exec.cachemount"] == 0 || used["source.local"] == 0 {
		t.Fatalf("a build left %v, want cache mounts and copies of contexts", used)
	}
	if used := rest(t, builder, weekend, ""); used["exec.cachemount"] != 0 {
		t.Errorf("by default, a weekend left %v, want no cache mounts; does the guide need its settings?", used)
	}

	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() { println(`monday`) }\n"})
	succeed(t, b)
	used := rest(t, builder, weekend, poolConfig(t))
	if used["exec.cachemount"] == 0 || used["regular"] == 0 || used["source.local"] != 0 {
		t.Errorf("with the guide's settings, a weekend left %v, want cache mounts, outputs of steps, and no copies of contexts", used)
	}
	if used := rest(t, builder, 31*24*time.Hour, poolConfig(t)); used["exec.cachemount"] != 0 {
		t.Errorf("a month left %v, want no cache mounts", used)
	}
}

// usage counts what a builder keeps, by type.
func usage(t *testing.T, builder string) map[string]int {
	t.Helper()
	out, err := exec.Command("buildctl", "--addr="+socket(t, builder), "du", "--format={{json .}}").Output()
	if err != nil {
		t.Fatalf("buildctl du: %v", err)
	}
	var records []struct{ RecordType string }
	if err := json.Unmarshal(out, &records); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range records {
		counts[r.RecordType]++
	}
	return counts
}

// rest stops a node for some time: its records get as old as they would be. It
// starts it with settings for its worker, and returns what is left when it has
// collected its garbage.
func rest(t *testing.T, builder string, duration time.Duration, settings string) map[string]int {
	t.Helper()
	restart := stop(t, builder, syscall.SIGTERM)
	dir := filepath.Join(env(t, "GOHULL_LAB"), "nodes", builder)
	age(t, filepath.Join(dir, "root/runc-overlayfs/metadata_v2.db"), duration)
	config := filepath.Join(dir, "buildkitd.toml")
	own, _, _ := strings.Cut(read(t, config), "[worker.oci]")
	if _, worker, ok := strings.Cut(settings, "[worker.oci]"); ok { // not its listener, which needs certificates
		own += "[worker.oci]" + worker
	}
	if err := os.WriteFile(config, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	restart()
	// Who asks a node what it has while it collects keeps it from collecting that.
	log := filepath.Join(env(t, "GOHULL_LAB"), "run", "buildkitd-"+builder+".log")
	until(t.Context(), t, "garbage is collected", func() bool { return strings.Contains(read(t, log), "gc cleaned up") })
	return usage(t, builder)
}

// age makes a node's records older: what they say about their last use.
func age(t *testing.T, database string, by time.Duration) {
	t.Helper()
	db, err := bolt.Open(database, 0o600, &bolt.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error {
		records := tx.Bucket([]byte("_main"))
		return records.ForEachBucket(func(id []byte) error { return ageRecord(records.Bucket(id), by) })
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ageRecord(record *bolt.Bucket, by time.Duration) error {
	key := []byte("cache.lastUsedAt")
	data := record.Get(key)
	if data == nil {
		return nil
	}
	var used struct {
		Value int64 `json:"value"`
	}
	if err := json.Unmarshal(data, &used); err != nil {
		return err
	}
	used.Value -= int64(by)
	data, err := json.Marshal(used)
	if err != nil {
		return err
	}
	return record.Put(key, data)
}
