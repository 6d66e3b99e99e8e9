// Package capability knows the capabilities of Linux, and the extended attribute
// that gives them to the process that executes a file.
package capability

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Attribute is the extended attribute of a file with capabilities.
const Attribute = "security.capability"

// names are in the order of their numbers, as in capabilities(7).
var names = strings.Fields(`
	CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID
	SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER
	SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE
	SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
	MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF
	CHECKPOINT_RESTORE`)

// usual are those that Docker, containerd and Kubernetes give a container unless
// it is started with others. CRI-O gives fewer.
var usual = strings.Fields(`
	AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW
	SETFCAP SETGID SETPCAP SETUID SYS_CHROOT`)

// Names returns all capabilities, as Name returns them.
func Names() []string { return slices.Clone(names) }

// Name returns a capability in capitals and without CAP_, as engines take it:
// "NET_BIND_SERVICE".
func Name(written string) string {
	return strings.TrimPrefix(strings.ToUpper(written), "CAP_")
}

// IsKnown reports whether Linux has a capability, by its Name.
func IsKnown(name string) bool { return slices.Contains(names, name) }

// IsUsual reports whether engines give a capability to a container unless they
// start it with others.
func IsUsual(name string) bool { return slices.Contains(usual, name) }

// Data returns the value of Attribute that `setcap NAMES=+ep` sets: the
// capabilities are permitted, and in effect from the start. In a user namespace,
// the kernel adds the user that is root there.
func Data(of []string) []byte {
	const revision2, effective = 0x02000000, 0x1
	var permitted [2]uint32
	for _, name := range of {
		if bit := slices.Index(names, name); bit >= 0 {
			permitted[bit/32] |= 1 << (bit % 32)
		}
	}
	const inheritable = 0
	data := binary.LittleEndian.AppendUint32(nil, revision2|effective)
	for _, word := range permitted {
		data = binary.LittleEndian.AppendUint32(data, word)
		data = binary.LittleEndian.AppendUint32(data, inheritable)
	}
	return data
}
