package capability

import (
	"encoding/hex"
	"testing"
)

// TestData compares with what setcap writes.
func TestData(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"NET_BIND_SERVICE"}, "0100000200040000000000000000000000000000"},
		{[]string{"CHOWN", "SYSLOG", "CHECKPOINT_RESTORE"}, "0100000201000000000000000401000000000000"},
		{nil, "0100000200000000000000000000000000000000"},
	} {
		if got := hex.EncodeToString(Data(c.names)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.names, got, c.want)
		}
	}
}

func TestName(t *testing.T) {
	for written, want := range map[string]string{
		"NET_BIND_SERVICE": "NET_BIND_SERVICE", "cap_net_raw": "NET_RAW", "Cap_Chown": "CHOWN", "net_admin": "NET_ADMIN",
	} {
		if got := Name(written); got != want || !IsKnown(got) {
			t.Errorf("%s: got %s, want %s", written, got, want)
		}
	}
	for _, name := range usual {
		if !IsKnown(name) {
			t.Errorf("%s is unknown", name)
		}
	}
	if IsUsual("SYS_ADMIN") || IsKnown("CAP_CHOWN") {
		t.Error("SYS_ADMIN is usual, or CAP_CHOWN is known")
	}
}
