package e2e

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/pion/stun/v4"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// turnServer is a running coturn, on the loopback interface.
type turnServer struct {
	t       testing.TB
	address string
	log     string
}

// relayIP is where it relays from: another loopback address than any peer's.
const relayIP = "127.0.0.2"

const turnUser, turnSecret = "mjr-user", "s3cret-of-the-turn-server"

func newTURN(t testing.TB) *turnServer {
	t.Helper()
	program := corpus.Tool(t, "turnserver")
	dir := t.TempDir()
	port := freePort(t)
	s := &turnServer{t: t, address: "127.0.0.1:" + strconv.Itoa(port), log: filepath.Join(dir, "log")}
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip="+relayIP, "--listening-port="+strconv.Itoa(port),
		"--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", "--lt-cred-mech", "--realm=mjr.test", "--user="+turnUser+":"+turnSecret,
		"--userdb="+filepath.Join(dir, "db"), "--pidfile="+filepath.Join(dir, "pid"), "--log-file=stdout", "--simple-log", "--verbose")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		if t.Failed() {
			t.Logf("coturn says:\n%s", s.said())
		}
	})
	until(t, "coturn", s.answers)
	return s
}

// freePort is one that nobody has, neither over UDP nor over TCP.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp4", c.LocalAddr().String())
		c.Close()
		if err == nil {
			l.Close()
			return c.LocalAddr().(*net.UDPAddr).Port
		}
	}
	t.Fatal("no free port")
	return 0
}

// answers asks the server for the address that it sees (STUN).
func (s *turnServer) answers() bool {
	c, err := stun.Dial("udp4", s.address)
	if err != nil {
		return false
	}
	defer c.Close()
	ok := false
	err = c.Do(stun.MustBuild(stun.TransactionID, stun.BindingRequest), func(e stun.Event) { ok = e.Error == nil })
	return err == nil && ok
}

func (s *turnServer) said() string {
	b, err := os.ReadFile(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// file is what --turn-file takes.
func (s *turnServer) file(secret string) string {
	s.t.Helper()
	b, err := json.Marshal(map[string]string{"urls": "turn:" + s.address + "?transport=udp", "username": turnUser, "credential": secret})
	if err != nil {
		s.t.Fatal(err)
	}
	path := filepath.Join(s.t.TempDir(), "turn.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// silentOn wants neither the credential nor any part of the file in what a
// program said.
func silentOn(t testing.TB, c *command, secret string) {
	t.Helper()
	for _, line := range c.said() {
		if strings.Contains(line, secret) || strings.Contains(line, turnUser) {
			t.Errorf("mjr says %q", line)
		}
	}
	for _, e := range c.all() {
		if strings.Contains(string(e), secret) || strings.Contains(string(e), turnUser) {
			t.Errorf("mjr says %s", e)
		}
	}
}
