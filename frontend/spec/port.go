package spec

import (
	"regexp"
	"strconv"
	"strings"
)

var portForm = regexp.MustCompile(`^([0-9]+)(?:/(.*))?$`)

var portShape = either(
	integer(1, 65535),
	shape{"type": "string", "pattern": "^[1-9][0-9]*(/(tcp|udp|sctp))?$"},
)

const aPort = "a port like 8080 or 53/udp"

// port is a number, or a number with a protocol: 53/udp.
var port = scalar(aPort, portShape, func(v value, s String) Port {
	m := portForm.FindStringSubmatch(s.Value)
	if m == nil {
		v.wrong(portHint(s.Value), "wanted %s, found %s", aPort, quote(s.Value))
		return Port{}
	}
	number, err := strconv.Atoi(m[1])
	if err != nil || number < 1 || number > 65535 || m[1][0] == '0' {
		v.wrong("ports are 1 to 65535", "%s is not a port", cut(m[1]))
	}
	return Port{Number: number, Protocol: v.protocol(s.Value, m[2]), At: s.At}
})

// portHint is the hint for an invalid port: one with a port of the host, as in
// Compose, or several.
func portHint(s string) string {
	if i := strings.LastIndex(s, ":"); i >= 0 && portForm.MatchString(s[i+1:]) {
		return "write " + s[i+1:] + "; the port of the host is chosen where the image is run"
	}
	return "name each port by itself"
}

// portNumber is a port without a protocol.
var portNumber = scalar("a port like 8080", either(integer(1, 65535), shape{"type": "string", "pattern": "^[1-9][0-9]*$"}), func(v value, s String) int {
	n, err := strconv.ParseUint(s.Value, 10, 16)
	if err != nil || s.Value[0] == '0' {
		v.wrong("ports are 1 to 65535", "wanted a port like 8080, found %s", v.found())
	}
	return int(n)
})

func (v value) protocol(written, name string) string {
	if !strings.Contains(written, "/") {
		return "tcp"
	}
	if o := oneOf("tcp", "udp", "sctp")(name); o != nil {
		v.wrong(o.hint, "protocol: %s", o.found)
	}
	return name
}

func samePort(p Port) String {
	return String{Value: strconv.Itoa(p.Number) + "/" + p.Protocol, At: p.At}
}
