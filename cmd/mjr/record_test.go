//go:build !nonet

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mjrkit/mjrkit/internal/mjrtest"
)

// TestRecordEndsWhole records over the loopback interface until the first
// signal, watched by systemd and by Prometheus.
func TestRecordEndsWhole(t *testing.T) {
	dir := t.TempDir()
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", systemd.LocalAddr().String())
	t.Setenv("WATCHDOG_USEC", "20000")
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	stdout, w := io.Pipe()
	lines := bufio.NewScanner(stdout)
	var stderr bytes.Buffer
	metrics := freeTCP(t)
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, []string{"record", "--json", "--e2ee", "--metrics", metrics, "--audio", "udp://127.0.0.1:0,opus", filepath.Join(dir, "call")}, nil, w, &stderr)
		w.Close()
	}()
	var ready struct{ URL string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &ready) != nil {
		t.Fatalf("no line for the address: %s", lines.Text())
	}
	var counted jsonMetrics
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &counted) != nil || counted.URL != "http://"+metrics+"/metrics" {
		t.Fatalf("no line for the metrics: %s", lines.Text())
	}
	conn, err := net.Dial("udp", strings.TrimPrefix(ready.URL, "udp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	state := make([]byte, 100)
	for _, want := range []string{"READY=1", "WATCHDOG=1"} {
		n, err := systemd.Read(state)
		if err != nil || string(state[:n]) != want {
			t.Fatalf("systemd heard %q, %v; want %q", state[:n], err, want)
		}
	}
	packet := make([]byte, 50)
	packet[0], packet[1] = 0x80, 111
	for i := range 100 {
		if i == 50 {
			continue
		}
		binary.BigEndian.PutUint16(packet[2:], uint16(i))
		if _, err := conn.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	for {
		page := get(t, counted.URL)
		if strings.Contains(page, `call-audio-0",kind="audio",codec="opus"} 99`) && strings.Contains(page, "mjr_record_packets_lost{") {
			break
		}
	}
	stop(signalError{syscall.SIGTERM})
	var got jsonRecord
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil || got.Type == "result" {
			break
		}
	}
	io.Copy(io.Discard, stdout)
	if code := <-exit; code != exitOK {
		t.Fatalf("exit code %d, want 0\n%s", code, &stderr)
	}
	if got.Stored != 99 || got.Lost != 1 || !got.Encrypted || len(got.Files) != 1 {
		t.Fatalf("%+v", got)
	}
	if r := mjrtest.Read(t, got.Files[0]); len(r.Packets) != 99 || !r.Header.Encrypted {
		t.Errorf("%d packets in the file, header %s", len(r.Packets), r.Header.Raw)
	}
}

func freeTCP(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestByteSize(t *testing.T) {
	for text, want := range map[string]byteSize{"0": 0, "1000": 1000, "64K": 65536, "5m": 5 << 20, "2GiB": 2 << 30, "1TB": 1 << 40} {
		var s byteSize
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%s: %d, %v; want %d", text, s, err, want)
		}
		var again byteSize
		if err := again.Set(s.String()); err != nil || again != s {
			t.Errorf("%s printed is %s, which is %d, %v", text, &s, again, err)
		}
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "9000000T", "5X", "1e3"} {
		if err := new(byteSize).Set(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
