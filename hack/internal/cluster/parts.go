package cluster

import (
	"fmt"
	"os"
)

// part is a program of the cluster.
type part struct {
	program string
	args    []string
}

// parts are those that the API server needs, with it, and those that need it.
func (c Cluster) parts() (store, rest []part) {
	store = []part{
		{"etcd", []string{"--data-dir=/var/lib/etcd", "--unsafe-no-fsync"}},
		{"containerd", []string{"--config=" + c.path("etc/containerd.toml")}},
		{"kube-apiserver", []string{
			"--advertise-address=" + c.Address,
			"--allow-privileged",
			"--authorization-mode=Node,RBAC",
			"--bind-address=" + c.Address,
			"--client-ca-file=" + c.cert("ca"),
			"--etcd-servers=http://127.0.0.1:2379",
			"--kubelet-certificate-authority=" + c.cert("ca"),
			"--kubelet-client-certificate=" + c.cert(admin.name),
			"--kubelet-client-key=" + c.key(admin.name),
			"--kubelet-preferred-address-types=InternalIP",
			"--service-account-issuer=" + c.url(),
			"--service-account-key-file=" + c.cert(server.name),
			"--service-account-signing-key-file=" + c.key(server.name),
			"--service-cluster-ip-range=192.0.2.0/24",
			"--tls-cert-file=" + c.cert(server.name),
			"--tls-private-key-file=" + c.key(server.name),
		}},
	}
	rest = []part{
		{"kube-controller-manager", []string{
			"--kubeconfig=" + c.kubeconfig(controller.name),
			"--leader-elect=false",
			"--root-ca-file=" + c.cert("ca"),
			"--service-account-private-key-file=" + c.key(server.name),
			"--use-service-account-credentials",
		}},
		{"kube-scheduler", []string{"--kubeconfig=" + c.kubeconfig(scheduler.name), "--leader-elect=false"}},
		{"kubelet", []string{
			"--config=" + c.path("etc/kubelet.json"),
			"--hostname-override=" + node,
			"--kubeconfig=" + c.kubeconfig(kubelet.name),
			"--node-ip=" + c.Address,
		}},
	}
	return store, rest
}

// writeSettings writes the files that settings come from.
func (c Cluster) writeSettings() error {
	for name, value := range map[string]any{"etc/kubelet.json": c.kubeletSettings(), "etc/cni/lab.conflist": c.podNetwork()} {
		if err := os.MkdirAll(c.path("etc/cni"), 0o700); err != nil {
			return err
		}
		if err := writeJSON(c.path(name), value); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"etc/containerd.toml": c.containerdSettings(), "etc/resolv.conf": ""} {
		if err := os.WriteFile(c.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// kubeletSettings let the node be a machine that others use, too: nearly full, with
// swap, or with the first version of control groups.
func (c Cluster) kubeletSettings() object {
	return object{
		"apiVersion":                  "kubelet.config.k8s.io/v1beta1",
		"kind":                        "KubeletConfiguration",
		"address":                     c.Address,
		"authentication":              object{"anonymous": object{"enabled": false}, "x509": object{"clientCAFile": c.cert("ca")}},
		"authorization":               object{"mode": "Webhook"},
		"cgroupDriver":                "cgroupfs",
		"cgroupRoot":                  "/" + c.Group,
		"containerRuntimeEndpoint":    "unix:///run/containerd/containerd.sock",
		"evictionHard":                object{"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
		"failCgroupV1":                false,
		"failSwapOn":                  false,
		"imageGCHighThresholdPercent": 100,
		"imageGCLowThresholdPercent":  99,
		"protectKernelDefaults":       true,
		"resolvConf":                  c.path("etc/resolv.conf"),
		"tlsCertFile":                 c.cert(kubelet.name),
		"tlsPrivateKeyFile":           c.key(kubelet.name),
	}
}

// podNetwork is a bridge that has all pods.
func (c Cluster) podNetwork() object {
	return object{
		"cniVersion": "1.0.0",
		"name":       "lab",
		"plugins": []object{{
			"type":      "bridge",
			"bridge":    "pods",
			"isGateway": true,
			"ipam": object{
				"type":   "host-local",
				"ranges": [][]object{{{"subnet": c.Pods}}},
				"routes": []object{{"dst": "0.0.0.0/0"}},
			},
		}},
	}
}

func (c Cluster) containerdSettings() string {
	return fmt.Sprintf(`version = 3
root = "/var/lib/containerd"
state = "/run/containerd"

[plugins.'io.containerd.internal.v1.opt']
  path = "/var/lib/containerd/opt"

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = %q

# Root may not have the right to lower the score.
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [%q]
  conf_dir = %q
  use_internal_loopback = true
`, c.Registry+"/"+Pause, c.Bin, c.path("etc/cni"))
}
