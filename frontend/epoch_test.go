package frontend

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/question"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/exporter/exptypes"
	"github.com/moby/buildkit/solver/pb"
)

// commitGateway is a gateway whose build context is a repository.
type commitGateway struct {
	*fakeGateway
	asked []string // the sources that metadata was asked of
}

func (g *commitGateway) ResolveSourceMetadata(_ context.Context, op *pb.SourceOp, _ sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	g.asked = append(g.asked, op.Identifier)
	const commit = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n" +
		"author a <a@example.com> 1600000000 +0100\ncommitter a <a@example.com> 1700000000 +0100\n\nchange\n"
	return &sourceresolver.MetaResponse{Op: op, Git: &sourceresolver.ResolveGitResponse{CommitObject: []byte(commit)}}, nil
}

// TestEpochOfContext uses the word context for the time of the commit that a
// repository's address leads to.
func TestEpochOfContext(t *testing.T) {
	g := &commitGateway{fakeGateway: &fakeGateway{files: mapFS(hello), opts: map[string]string{
		"context": "https://git.example/acme/hello.git#main", "build-arg:SOURCE_DATE_EPOCH": "context",
	}}}
	res, err := unreleased.Build(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(res.Metadata[exptypes.ExporterEpochKey]); got != "1700000000" {
		t.Errorf("the time of the image is %q, want that of the commit", got)
	}
	const source = "git://git.example/acme/hello.git#main"
	if want := []string{source, source}; !slices.Equal(g.asked, want) {
		t.Errorf("time and commit were asked of %q, want %q", g.asked, want)
	}
}

// TestEpochOfDirectory: a directory has no time.
func TestEpochOfDirectory(t *testing.T) {
	const want = "build arg SOURCE_DATE_EPOCH is context, but the build context has no time: " +
		"only the address of a git repository has one, of its commit, and that of an archive, of its files; BuildKit 0.26 and newer report it; " +
		"for a directory, pass the time of its commit: --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"
	_, err := unreleased.Build(t.Context(), &fakeGateway{files: mapFS(hello), opts: map[string]string{"build-arg:SOURCE_DATE_EPOCH": "context"}})
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestPasswordsAreNotAnswered: answers show no passwords of proxies.
func TestPasswordsAreNotAnswered(t *testing.T) {
	for _, q := range question.All() {
		g := &fakeGateway{files: mapFS(hello), opts: map[string]string{
			question.Key:             q.ID(),
			"build-arg:HTTPS_PROXY":  "http://me:secret@proxy.example:3128",
			"build-arg:http_proxy":   "me:secret@proxy.example",
			"build-arg:ALL_PROXY":    "socks5://me:secret@proxy.example",
			"build-arg:FTP_PROXY":    "http://me:s%40secret@proxy.example",
			"build-arg:NO_PROXY":     "10.0.0.0/8",
			"attest:provenance":      "mode=max",
			"build-arg:BUILDKIT_ABC": "1",
		}}
		res, err := unreleased.Build(t.Context(), g)
		if err != nil {
			t.Errorf("--call=%s: %v", q.Name, err)
			continue
		}
		for key, data := range res.Metadata {
			if strings.Contains(string(data), "secret@") {
				t.Errorf("--call=%s: %s has a password:\n%s", q.Name, key, data)
			}
		}
	}
}
