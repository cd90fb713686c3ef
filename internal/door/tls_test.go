package door

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// client trusts what the Door has, and nothing else.
func client(t *testing.T, d *Door, config *tls.Config) *http.Client {
	t.Helper()
	config.RootCAs = x509.NewCertPool()
	config.RootCAs.AddCert(d.certificate.Leaf)
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestSelfSigned(t *testing.T) {
	d := serve(t, Options{Listen: "127.0.0.1:0", SelfSigned: true, Hosts: []string{"box.example", "[2001:db8::5]"}}, hello)
	if !strings.HasPrefix(d.URL(), "https://127.0.0.1:") {
		t.Errorf("URL %q", d.URL())
	}
	res, err := client(t, d, &tls.Config{}).Get(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
		t.Errorf("%s %s, want 200 by HTTP/2", res.Proto, res.Status)
	}
	shown := res.TLS.PeerCertificates[0]
	sum := strings.ReplaceAll(d.Fingerprint(), ":", "")
	if want := fmt.Sprintf("%X", sha256.Sum256(shown.Raw)); sum != want || len(d.Fingerprint()) != 32*3-1 {
		t.Errorf("fingerprint %s, want %s", d.Fingerprint(), want)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "box.example", "2001:db8::5"} {
		if err := shown.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if err := shown.VerifyHostname("evil.example"); err == nil {
		t.Error("is valid for evil.example")
	}
	if got := shown.NotAfter.Sub(shown.NotBefore); shown.IsCA || got > 398*24*time.Hour {
		t.Errorf("valid for %v, CA %v", got, shown.IsCA)
	}
	if _, err := client(t, d, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}).Get(d.URL()); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.1: got %v", err)
	}
	if res, err := http.Get(strings.Replace(d.URL(), "https", "http", 1)); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP: got %v, %v", res, err)
	}
}

// TestSelfSignedForAll: bound to all addresses, each of them is in the
// certificate.
func TestSelfSignedForAll(t *testing.T) {
	d := open(t, Options{Listen: "0.0.0.0:0", SelfSigned: true})
	list, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if err := d.certificate.Leaf.VerifyHostname(a.(*net.IPNet).IP.String()); err != nil {
			t.Error(err)
		}
	}
	if err := d.certificate.Leaf.VerifyHostname("0.0.0.0"); err == nil {
		t.Error("is valid for 0.0.0.0")
	}
}

func TestCertificateFiles(t *testing.T) {
	made, err := selfSigned(address{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, b := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: made.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := serve(t, Options{TLSCert: certFile, TLSKey: keyFile}, hello)
	if d.Fingerprint() != fingerprint(made) {
		t.Errorf("fingerprint %s, want %s", d.Fingerprint(), fingerprint(made))
	}
	if res, err := client(t, d, &tls.Config{}).Get(d.URL()); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", res, err)
	}
	for _, o := range []Options{{TLSCert: keyFile, TLSKey: certFile}, {TLSCert: certFile, TLSKey: filepath.Join(dir, "none.pem")}} {
		if d, err := Listen(o); err == nil {
			d.Close()
			t.Errorf("%+v was taken", o)
		}
	}
}
