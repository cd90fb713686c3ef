//go:build !nonet

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/replay"
)

// daemon is an mjr that serves, in this process.
type daemon struct {
	url  string
	out  chan string // the lines of its JSON
	stop func() (int, string)
}

// start runs mjr with --json until it is ready.
func start(t *testing.T, args ...string) *daemon {
	t.Helper()
	const many = 1000 // lines that nobody looks at
	out, in := io.Pipe()
	ctx, cancel := context.WithCancelCause(t.Context())
	var errs strings.Builder
	code := make(chan int, 1)
	d := &daemon{out: make(chan string, many)}
	go func() {
		code <- run(ctx, append(args, "--json"), strings.NewReader(""), in, &errs)
		in.Close()
	}()
	go func() {
		defer close(d.out)
		for s := bufio.NewScanner(out); s.Scan(); {
			d.out <- s.Text()
		}
	}()
	d.stop = func() (int, string) {
		cancel(signalError{syscall.SIGTERM})
		c := <-code
		code <- c
		return c, errs.String()
	}
	t.Cleanup(func() { d.stop() })
	ready := d.next(t, "ready")
	d.url, _ = ready["url"].(string)
	return d
}

// next reads JSON lines up to one of a type.
func (d *daemon) next(t *testing.T, kind string) map[string]any {
	t.Helper()
	for line := range d.out {
		var j map[string]any
		if err := json.Unmarshal([]byte(line), &j); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if j["type"] == kind {
			return j
		}
		t.Log(line)
	}
	code, said := d.stop()
	t.Fatalf("no %q: exit code %d: %s", kind, code, said)
	return nil
}

func fetch(t *testing.T, url string) (int, string, http.Header) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

// The page, the list, and a viewer who comes and goes.
func TestReplayListen(t *testing.T) {
	dir := t.TempDir()
	for _, f := range corpus.Load(t, "plain-vp9").Files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	d := start(t, "replay", "--listen", "127.0.0.1:0", "-r", dir, "--loop", "--start", "1s")
	status, html, h := fetch(t, d.url)
	if status != 200 || !strings.Contains(html, `id="status"`) || h.Get("Content-Security-Policy") == "" {
		t.Errorf("status %d, %v", status, h)
	}
	for _, s := range page.Sums() {
		if status, _, _ := fetch(t, d.url+s.Name); status != 200 {
			t.Errorf("%s: status %d", s.Name, status)
		}
	}
	status, list, _ := fetch(t, d.url+"recordings")
	if status != 200 || !strings.Contains(list, `"name":"plain-vp9"`) || strings.Contains(list, dir) {
		t.Errorf("status %d: %s", status, list)
	}
	location := watch(t, d.url)
	joined := d.next(t, "joined")
	if got := fmt.Sprint(joined["viewer"], joined["name"]); got != "1plain-vp9" || strings.Contains(fmt.Sprint(joined), location) {
		t.Errorf("%v", joined)
	}
	status, player, _ := fetch(t, d.url+location[1:]+"/player")
	if status != 200 || !strings.Contains(player, `"loop":true`) {
		t.Errorf("status %d: %s", status, player)
	}
	req, err := http.NewRequest(http.MethodDelete, d.url+location[1:], nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(req); err != nil || res.StatusCode != 200 {
		t.Errorf("%v, %v", res, err)
	}
	left := d.next(t, "left")
	tracks, _ := left["tracks"].([]any)
	if left["connected"] != true || left["error"] != nil || len(tracks) != 2 {
		t.Errorf("%v", left)
	}
	if code, said := d.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// watch is a viewer; it returns when media comes.
func watch(t *testing.T, url string) string {
	t.Helper()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	came := make(chan struct{}, 2)
	pc.OnTrack(func(*webrtc.TrackRemote, *webrtc.RTPReceiver) { came <- struct{}{} })
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(kind, only); err != nil {
			t.Fatal(err)
		}
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(url+"whep", "application/sdp", strings.NewReader(offer.SDP))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("status %d: %s: %v", res.StatusCode, answer, err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case <-came:
		case <-time.After(time.Minute):
			t.Fatal("no media")
		}
	}
	return res.Header.Get("Location")
}

// What is pushed over WHIP, and recorded by mjr there, is what was recorded.
func TestReplayWHIPIsRecorded(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	again := filepath.Join(t.TempDir(), "again")
	d := start(t, "record", "--listen", "127.0.0.1:0", "--e2ee", again)
	args := append([]string{"replay", "--whip", d.url + "whip"}, rec.Files...)
	if code, said := command(t.Context(), args...); code != 0 || !strings.Contains(said, "605 packets sent") || !strings.Contains(said, "?e2ee=1") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if code, said := d.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, said)
	}
	for _, kind := range []string{"audio-0", "video-1"} {
		got, want := payloads(t, again+"-"+kind+".mjr"), payloads(t, rec.File(t, kind))
		for i, w := range want {
			if i >= len(got) || got[i] != w {
				t.Fatalf("%s: packet %d of %d is another one, %d were recorded again", kind, i, len(want), len(got))
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d packets, want %d", kind, len(got), len(want))
		}
	}
}

// payloads are those of a recording in order, without VP8's payload descriptor.
func payloads(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := replay.OpenRecording(f, st.Size(), path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := r.Reader()
	if err != nil {
		t.Fatal(err)
	}
	packets := stream.NewReorder(src, stream.Options{ClockRate: r.Codec.ClockRate})
	var all []string
	for {
		p, err := packets.ReadPacket()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		payload := p.Payload
		if r.Codec.Name == "vp8" {
			d, err := stream.ParseDescriptor("vp8", payload, p.Header.Marker)
			if err != nil {
				t.Fatal(err)
			}
			payload = payload[d.Len:]
		}
		all = append(all, string(payload))
	}
}

// Servers that refuse, and what is no server.
func TestReplayWHIPFails(t *testing.T) {
	file := corpus.Load(t, "plain-opus-dtx").File(t, "audio")
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, "record", "--listen", "127.0.0.1:0", "--token-file", token, filepath.Join(t.TempDir(), "never"))
	for _, c := range []struct {
		sin  string
		args []string
		want int
		said string
	}{
		{"no token", []string{"--whip", d.url + "whip?secret=1"}, 16, "give a file with it"},
		{"no such path", []string{"--whip", d.url + "nothing", "--token-file", token}, 16, "status 405"},
		{"nobody there", []string{"--whip", "http://127.0.0.1:1/whip"}, 16, "refused"},
		{"no such token file", []string{"--whip", d.url + "whip", "--token-file", token + "x"}, 15, "no such file"},
		{"start behind the end", []string{"--whip", d.url + "whip", "--start", "1h"}, 2, "lasts"},
		{"no URL of the web", []string{"--whip", "ftp://localhost/"}, 2, "want http"},
	} {
		code, said := command(t.Context(), append(append([]string{"replay"}, c.args...), file)...)
		if code != c.want || !strings.Contains(said, c.said) || strings.Contains(said, "secret") {
			t.Errorf("%s: exit code %d, want %d: %s", c.sin, code, c.want, said)
		}
	}
}
