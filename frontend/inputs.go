package frontend

import (
	"context"

	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// alwaysIgnored is left out of the context before the ignore file has its
// say, which can take it in again with "!.git": a build reads nothing of it,
// and each git command changes it.
var alwaysIgnored = []string{".git"}

// inputs is what a plan refers to, as this daemon and this request have it.
func (b *build) inputs(ctx context.Context) (lower.Inputs, error) {
	buildContext, err := b.ui.MainContext(ctx, llb.ExcludePatterns(b.ignored))
	if err != nil {
		return lower.Inputs{}, err
	}
	state, path, err := frontendTool(b.c)
	if err != nil {
		return lower.Inputs{}, err
	}
	caps := b.ui.BuildOpts().LLBCaps
	return lower.Inputs{
		Context:       *buildContext,
		Tool:          state,
		ToolPath:      path,
		BuildPlatform: b.ui.BuildPlatforms[0],
		SourceMap:     b.source.SourceMap,
		Limits:        b.limits(&caps),
		NoCache:       b.ui.IsNoCache,
		CacheNS:       b.ui.CacheIDNamespace,
		ResolveMode:   b.ui.ImageResolveMode,
		Features: lower.Features{
			Merge:        caps.Supports(pb.CapMergeOp) == nil,
			SymbolModes:  caps.Supports(modesWitness) == nil,
			ContentCache: caps.Supports(pb.CapExecMountContentCache) == nil,
		},
	}, nil
}

// modesWitness tells that a daemon takes a copy's mode in symbols. No daemon
// up to now lists the capability for that itself, CapFileCopyModeStringFormat;
// this one is of the release after (0.20), and is listed. A daemon without
// symbols would take the mode for 0000.
const modesWitness = pb.CapFileSymlinkCreate

// limits are the client's wishes for every command; those that the daemon
// does not know are left out, as for a Dockerfile.
func (b *build) limits(caps *apicaps.CapSet) []llb.RunOption {
	ui := b.ui
	opts := []llb.RunOption{llb.WithProxy(proxy(ui.BuildArgs))}
	if ui.NetworkMode != llb.NetModeSandbox {
		opts = append(opts, llb.Network(ui.NetworkMode))
	}
	for _, h := range ui.ExtraHosts {
		opts = append(opts, llb.AddExtraHost(h.Host, h.IP))
	}
	if caps.Supports(pb.CapExecMetaUlimit) == nil {
		for _, u := range ui.Ulimits {
			opts = append(opts, llb.AddUlimit(llb.UlimitName(u.Name), u.Soft, u.Hard))
		}
	}
	if ui.ShmSize > 0 && caps.Supports(pb.CapExecMountTmpfsSize) == nil {
		opts = append(opts, llb.AddMount("/dev/shm", llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(ui.ShmSize))))
	}
	if ui.CgroupParent != "" && caps.Supports(pb.CapExecMetaCgroupParent) == nil {
		opts = append(opts, llb.WithCgroupParent(ui.CgroupParent))
	}
	return opts
}

// proxy takes the proxy settings out of the build args, in either case.
func proxy(args map[string]string) llb.ProxyEnv {
	get := func(upper, lower string) string {
		if v := args[upper]; v != "" {
			return v
		}
		return args[lower]
	}
	return llb.ProxyEnv{
		HTTPProxy:  get("HTTP_PROXY", "http_proxy"),
		HTTPSProxy: get("HTTPS_PROXY", "https_proxy"),
		FTPProxy:   get("FTP_PROXY", "ftp_proxy"),
		NoProxy:    get("NO_PROXY", "no_proxy"),
		AllProxy:   get("ALL_PROXY", "all_proxy"),
	}
}
