package planner

import (
	"strconv"

	"github.com/gohull/gohull/frontend/diag"
)

// EpochArg is the build arg for the time of all files and of the image.
const EpochArg = "SOURCE_DATE_EPOCH"

// EpochOfContext is the value for the time of the build context, which only the
// daemon knows.
const EpochOfContext = "context"

// epoch is the time of all files and of the image. The zero value is the
// default, the beginning of 1970. Only parseEpoch makes another one.
type epoch struct {
	seconds int64
}

// Seconds returns the seconds since the beginning of 1970.
func (e epoch) Seconds() int64 { return e.seconds }

// IsZero reports whether it is the default.
func (e epoch) IsZero() bool { return e.seconds == 0 }

// lastSecond is the end of the year 9999: JSON has no later times.
const lastSecond = 253402300799

// parseEpoch reads seconds since 1970.
func parseEpoch(value string) (epoch, *diag.Diagnostic) {
	const wanted = ", wanted seconds since 1970"
	seconds, err := strconv.ParseInt(value, 10, 64)
	d := &diag.Diagnostic{Message: strconv.Quote(value) + wanted, Hint: "as `git log -1 --format=%ct` prints them"}
	switch {
	case err != nil || seconds < 0:
		return epoch{}, d
	case seconds > lastSecond:
		d.Message = strconv.Quote(value) + ", which is after the year 9999" + wanted
		if inSeconds := seconds / 1000; inSeconds <= lastSecond {
			d.Message = strconv.Quote(value) + ", which is in milliseconds" + wanted
			d.Hint = "write " + strconv.FormatInt(inSeconds, 10)
		}
		return epoch{}, d
	}
	return epoch{seconds}, nil
}
