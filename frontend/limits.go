package frontend

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// limits returns the client's settings for every command. A setting that the
// daemon does not know is an error: otherwise the build would run without the
// limit.
func (b *build) limits(caps *apicaps.CapSet) ([]llb.RunOption, error) {
	ui := b.ui
	wishes := []struct {
		flag    string
		wanted  bool
		needs   apicaps.CapID
		since   string // version of BuildKit that can do it
		options []llb.RunOption
	}{
		{"--ulimit", len(ui.Ulimits) > 0, pb.CapExecMetaUlimit, "0.10", b.ulimits()},
		{"--shm-size", ui.ShmSize > 0, pb.CapExecMountTmpfsSize, "0.10", []llb.RunOption{llb.AddMount("/dev/shm", llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(ui.ShmSize)))}},
		{"--cgroup-parent", ui.CgroupParent != "", pb.CapExecMetaCgroupParent, "0.10", []llb.RunOption{llb.WithCgroupParent(ui.CgroupParent)}},
		{"--resource", ui.LinuxResources != nil, pb.CapExecMetaLinuxResources, "0.31", []llb.RunOption{resources(ui.LinuxResources)}},
	}
	opts := append(b.network(), llb.WithProxy(proxy(ui.BuildArgs)), hostname(ui.Hostname))
	var errs diag.List
	for _, w := range wishes {
		if !w.wanted {
			continue
		}
		if caps.Supports(w.needs) != nil {
			errs.Add(diag.Diagnostic{
				At:      diag.Range{File: w.flag},
				Message: "this BuildKit cannot set it for the steps of a build",
				Hint:    "remove the flag, or use BuildKit " + w.since + " or newer",
			})
		}
		opts = append(opts, w.options...)
	}
	return opts, errs.Err()
}

// network returns the client's network mode and additional hosts. Steps that
// fetch nothing have no network anyway.
func (b *build) network() []llb.RunOption {
	var opts []llb.RunOption
	if b.ui.NetworkMode != llb.NetModeSandbox {
		opts = append(opts, llb.Network(b.ui.NetworkMode))
	}
	for _, h := range b.ui.ExtraHosts {
		opts = append(opts, llb.AddExtraHost(h.Host, h.IP))
	}
	return opts
}

func (b *build) ulimits() []llb.RunOption {
	var opts []llb.RunOption
	for _, u := range b.ui.Ulimits {
		opts = append(opts, llb.AddUlimit(llb.UlimitName(u.Name), u.Soft, u.Hard))
	}
	return opts
}

func resources(r *pb.LinuxResources) llb.RunOption {
	return llb.WithLinuxResources(llb.LinuxResources{
		Memory:     r.GetMemory(),
		MemorySwap: r.GetMemorySwap(),
		CPUShares:  r.GetCpuShares(),
		CPUPeriod:  r.GetCpuPeriod(),
		CPUQuota:   r.GetCpuQuota(),
		CpusetCpus: r.GetCpusetCpus(),
		CpusetMems: r.GetCpusetMems(),
	})
}

// hostname is the host name inside a step; if it is empty, the daemon chooses
// one.
type hostname string

func (h hostname) SetRunOption(ei *llb.ExecInfo) {
	if h != "" {
		ei.State = ei.State.Hostname(string(h))
	}
}

// proxy returns the proxy settings in the build args, in upper or lower case.
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
