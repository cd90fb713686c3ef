package door

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"time"
)

// certificateFor loads or makes the certificate; nil for plain HTTP.
func certificateFor(o Options, a address, hosts []hostPort) (*tls.Certificate, error) {
	switch {
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return nil, fmt.Errorf("%w: a certificate and its key are needed, both", ErrOptions)
	case o.TLSCert != "" && o.SelfSigned:
		return nil, fmt.Errorf("%w: a certificate that is given is not self-signed here", ErrOptions)
	case o.TLSCert != "":
		c, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
		if err != nil {
			return nil, err
		}
		return &c, nil
	case o.SelfSigned:
		return selfSigned(a, hosts)
	}
	return nil, nil
}

// selfSigned makes a certificate for the names by which this machine may be
// called. Browsers take none that is valid for longer than 398 days.
func selfSigned(a address, hosts []hostPort) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	names, ips := subjects(a, hosts)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "mjr"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(397 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names,
		IPAddresses:           ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// subjects are the names and addresses that requests may have as Host.
func subjects(a address, hosts []hostPort) (names []string, ips []net.IP) {
	seen := make(map[string]bool)
	add := func(name string, ip netip.Addr) {
		ip = ip.Unmap().WithZone("")
		text := name
		if ip.IsValid() {
			text = ip.String()
		}
		switch {
		case text == "" || seen[text]:
		case ip.IsValid():
			ips = append(ips, ip.AsSlice())
		default:
			names = append(names, name)
		}
		seen[text] = true
	}
	add("localhost", netip.Addr{})
	add("", loopback4)
	add("", loopback6)
	if ip, err := netip.ParseAddr(a.host); err != nil {
		add(a.host, netip.Addr{})
	} else if !a.wildcard {
		add("", ip)
	}
	for _, h := range hosts {
		add(h.name, h.ip)
	}
	if a.wildcard {
		for _, ip := range localAddresses() {
			add("", ip)
		}
	}
	return names, ips
}

// localAddresses are those of the machine's interfaces.
func localAddresses() []netip.Addr {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then they are not known, and not named
	}
	var ips []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			ips = append(ips, p.Addr().Unmap())
		}
	}
	return ips
}

func fingerprint(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}
