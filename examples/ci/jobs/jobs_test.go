package jobs

import "testing"

func TestName(t *testing.T) {
	if got := Name("report"); got != "job report" {
		t.Errorf("the name is %q, want %q", got, "job report")
	}
}
