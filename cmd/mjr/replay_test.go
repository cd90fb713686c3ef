//go:build !nonet

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
)

// A recording that is written into a capture, and recorded from it, is the
// same: every packet, and when it was received.
func TestReplayIntoCapture(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "jitsi-vp8"} {
		dir := t.TempDir()
		rec := corpus.Load(t, name)
		capture, again := filepath.Join(dir, "call.pcap"), filepath.Join(dir, "again")
		files := []string{rec.File(t, "audio"), rec.File(t, "video")}
		if code, said := command(t.Context(), "replay", "--pcap", capture, files[0], files[1]); code != 0 {
			t.Fatal(code, said)
		}
		if code, said := command(t.Context(), "record", "--pcap", capture, "--audio", "opus@111", "--video", "vp8@96", again); code != 0 {
			t.Fatal(code, said)
		}
		for i, suffix := range []string{"-audio-0.mjr", "-video-1.mjr"} {
			got, want := mjrtest.Read(t, again+suffix), mjrtest.Read(t, files[i])
			if len(got.Packets) != len(want.Packets) {
				t.Fatalf("%s: %d packets, want %d", files[i], len(got.Packets), len(want.Packets))
			}
			if !got.Header.FirstFrame.Equal(want.Header.FirstFrame) {
				t.Errorf("%s: began at %v, want %v", files[i], got.Header.FirstFrame, want.Header.FirstFrame)
			}
			for n, w := range want.Packets {
				if g := got.Packets[n]; !bytes.Equal(g.Data, w.Data) || g.Arrival != w.Arrival {
					t.Fatalf("%s: packet %d is another one, or at %v instead of %v", files[i], n, g.Arrival, w.Arrival)
				}
			}
		}
	}
}

// An interrupt cuts a replay short, and is the end of one that loops.
func TestReplayInterrupted(t *testing.T) {
	file := corpus.Load(t, "plain-opus-dtx").File(t, "audio")
	for _, c := range []struct {
		loop string
		want int
	}{{"--loop=false", 143}, {"--loop", 0}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancelCause(t.Context())
			go func() {
				time.Sleep(5 * time.Second)
				stop(signalError{syscall.SIGTERM})
			}()
			code, said := command(ctx, "replay", "--udp", "127.0.0.1:45014", c.loop, file)
			if code != c.want || !strings.Contains(said, "played for 5.0 s, up to 5.0 s of 12.1 s") {
				t.Errorf("%s: exit code %d, want %d: %s", c.loop, code, c.want, said)
			}
		})
	}
	ctx, stop := context.WithCancelCause(t.Context())
	stop(signalError{os.Interrupt})
	capture := filepath.Join(t.TempDir(), "call.pcap")
	if code, said := command(ctx, "replay", "--pcap", capture, file); code != 130 {
		t.Errorf("exit code %d: %s", code, said)
	}
	if left, _ := filepath.Glob(capture + "*"); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// A codec whose clock is not known cannot be played.
func TestReplayUnknownCodec(t *testing.T) {
	b, err := os.ReadFile(corpus.Load(t, "plain-opus-dtx").File(t, "audio"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "unknown.mjr")
	if err := os.WriteFile(path, bytes.Replace(b, []byte(`"opus"`), []byte(`"opux"`), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, said := command(t.Context(), "replay", "--udp", "127.0.0.1:45014", path); code != exitUnsupported {
		t.Errorf("exit code %d: %s", code, said)
	}
}
