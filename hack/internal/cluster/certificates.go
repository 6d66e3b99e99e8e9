package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// identity is somebody who has a certificate. The API server takes the common name
// for a user's name, and the organization for the user's group.
type identity struct {
	name  string // of the files
	user  string
	group string
}

var (
	admin      = identity{"admin", "admin", "system:masters"}
	controller = identity{"controller", "system:kube-controller-manager", ""}
	scheduler  = identity{"scheduler", "system:kube-scheduler", ""}
	kubelet    = identity{"kubelet", "system:node:" + node, "system:nodes"}
	server     = identity{"server", "kubernetes", ""} // the key signs the tokens of service accounts, too
)

// User is somebody without rights of its own, whom a role can give some.
const User = "ci"

var user = identity{"user", User, ""}

func (c Cluster) cert(name string) string       { return c.path("certs", name+".pem") }
func (c Cluster) key(name string) string        { return c.path("certs", name+"-key.pem") }
func (c Cluster) kubeconfig(name string) string { return c.path("certs", name+".conf") }

// UserKubeconfig is the kubeconfig of User.
func (c Cluster) UserKubeconfig() string { return c.kubeconfig(user.name) }

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// writeCertificates makes an authority, which nobody has the key of afterwards, and
// what it signs: the certificates of the parts and of the clients.
func (c Cluster) writeCertificates() error {
	ca := authority{cert: template(identity{user: "gohull lab"})}
	ca.cert.IsCA = true
	ca.cert.BasicConstraintsValid = true
	ca.cert.KeyUsage = x509.KeyUsageCertSign
	var err error
	if ca.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	if err := c.writeCertificate("ca", ca.cert, ca, ca.key); err != nil {
		return err
	}
	for _, id := range []identity{admin, controller, scheduler, kubelet, server, user} {
		if err := c.issue(ca, id); err != nil {
			return err
		}
	}
	return nil
}

func template(id identity) *x509.Certificate {
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: id.user},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
	if id.group != "" {
		cert.Subject.Organization = []string{id.group}
	}
	return cert
}

// issue writes a certificate that is good for clients and for the node's address, and
// a kubeconfig with it.
func (c Cluster) issue(ca authority, id identity) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	cert := template(id)
	cert.KeyUsage = x509.KeyUsageDigitalSignature
	cert.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	cert.IPAddresses = []net.IP{net.ParseIP(c.Address)}
	if err := c.writeCertificate(id.name, cert, ca, key); err != nil {
		return err
	}
	return c.writeKubeconfig(id)
}

func (c Cluster) writeCertificate(name string, cert *x509.Certificate, ca authority, key *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, cert, ca.cert, key.Public(), ca.key)
	if err != nil {
		return err
	}
	if err := writePEM(c.cert(name), "CERTIFICATE", der); err != nil {
		return err
	}
	if name == "ca" {
		return nil
	}
	if der, err = x509.MarshalECPrivateKey(key); err != nil {
		return err
	}
	return writePEM(c.key(name), "EC PRIVATE KEY", der)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// object is a JSON object, which is YAML as well.
type object = map[string]any

func (c Cluster) writeKubeconfig(id identity) error {
	return writeJSON(c.kubeconfig(id.name), object{
		"apiVersion": "v1",
		"kind":       "Config",
		"clusters": []object{{"name": "lab", "cluster": object{
			"server": c.url(), "certificate-authority": c.cert("ca"),
		}}},
		"users": []object{{"name": id.name, "user": object{
			"client-certificate": c.cert(id.name), "client-key": c.key(id.name),
		}}},
		"contexts":        []object{{"name": "lab", "context": object{"cluster": "lab", "user": id.name}}},
		"current-context": "lab",
	})
}
