//go:build !nonet

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// callCapture writes both media of a real call into a capture, audio to port
// 5004 and video to 5006.
func callCapture(t *testing.T, name string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := record.NewPcapWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"audio", "video"} {
		r := mjrtest.Read(t, corpus.Load(t, name).File(t, kind))
		for _, p := range r.Packets {
			if err := w.WriteRTP(uint16(5004+2*i), p.Data, r.Header.FirstFrame.Add(p.Arrival)); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRecordPcap(t *testing.T) {
	capture := callCapture(t, "plain-vp8-identity")
	name := filepath.Join(t.TempDir(), "call")
	mjrRun := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, errw bytes.Buffer
		if code := run(t.Context(), append([]string{"record"}, args...), nil, &out, &errw); code != want {
			t.Fatalf("%q: exit code %d, want %d\n%s", args, code, want, &errw)
		}
		return out.String(), errw.String()
	}
	// Without codecs, what there is is listed.
	if _, said := mjrRun(exitMisused, "--pcap", capture); !strings.Contains(said, "payload type 111, SSRC 0x") || !strings.Contains(said, "to 127.0.0.1:5006") || !strings.Contains(said, "hint") {
		t.Errorf("listed %q", said)
	}
	if said, _ := mjrRun(exitMisused, "--json", "--pcap", capture, name); strings.Count(said, `"type":"stream"`) != 2 {
		t.Errorf("listed %q", said)
	}
	// One of two: the other is named.
	if _, said := mjrRun(exitOK, "--pcap", capture, "--audio", "opus@111", name); !strings.Contains(said, "left out: payload type 96") {
		t.Errorf("said %q", said)
	}
	mjrRun(exitExists, "--pcap", capture, "--audio", "opus@111", "--video", "vp8@96", name)
	mjrRun(exitOK, "--pcap", capture, "--audio", "opus@111", "--video", "vp8@96", name+"2")
	for _, f := range []string{name + "-audio-0.mjr", name + "2-audio-0.mjr", name + "2-video-1.mjr"} {
		if code := run(t.Context(), []string{"info", f}, nil, new(bytes.Buffer), new(bytes.Buffer)); code != exitOK {
			t.Errorf("info %s: exit code %d", filepath.Base(f), code)
		}
	}
	// By a session description.
	sdp := filepath.Join(t.TempDir(), "call.sdp")
	if err := os.WriteFile(sdp, []byte("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5006 RTP/AVP 96\na=rtpmap:96 VP8/90000\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	mjrRun(exitOK, "--pcap", capture, "--sdp", sdp, name+"3")
	same, err := os.ReadFile(name + "2-video-1.mjr")
	if err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(name + "3-video-0.mjr")
	if err != nil || !bytes.Equal(same[bytes.Index(same, []byte("MEET")):], again[bytes.Index(again, []byte("MEET")):]) {
		t.Errorf("recorded by SDP: %v, %d bytes, want %d", err, len(again), len(same))
	}
	// What is wrong with it.
	mjrRun(exitMisused, "--pcap", capture, "--audio", "opus", name+"4")
	mjrRun(exitMisused, "--pcap", capture, "--audio", "udp://:5004,opus", name+"4")
	mjrRun(exitNotMJR, "--pcap", sdp, "--audio", "opus@111", name+"4")
	mjrRun(exitIO, "--pcap", capture+"x", "--audio", "opus@111", name+"4")
	if err := os.Truncate(capture, 100000); err != nil {
		t.Fatal(err)
	}
	mjrRun(exitNotWhole, "--pcap", capture, "--audio", "opus@111", name+"5")
	if _, err := os.Stat(name + "5-audio-0.mjr"); err != nil {
		t.Error(err)
	}
}
