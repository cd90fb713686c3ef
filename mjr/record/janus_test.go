package record_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr/record"
	"github.com/mjrkit/mjrkit/postprocess"
	"github.com/mjrkit/mjrkit/replay"
)

const janusRoom = 1234

func engine(t testing.TB) *rtc.Engine {
	t.Helper()
	e := newEngine(t)
	t.Cleanup(func() { e.Close() })
	return e
}

func newEngine(t testing.TB) *rtc.Engine {
	t.Helper()
	var e *rtc.Engine
	// The addresses of other tests come and go.
	janustest.Wait(t, "sockets", func() (err error) {
		e, err = rtc.NewEngine(rtc.Config{Warn: func(text string) { t.Log(text) }})
		return err
	})
	return e
}

// recording is a Run of Janus, and the recorder that it fills.
type roomRecording struct {
	r      *record.Recorder
	events chan record.JanusPublisher
	stop   context.CancelFunc
	ended  chan error
	name   string
}

// recordRoom records a room until stop is called.
func recordRoom(t *testing.T, j *janustest.Janus, o record.JanusOptions) *roomRecording {
	t.Helper()
	rec := &roomRecording{events: make(chan record.JanusPublisher, 100), ended: make(chan error, 1), name: filepath.Join(t.TempDir(), "room")}
	var err error
	if rec.r, err = record.NewRecorder(record.Options{Name: rec.name, Warn: func(text string) { t.Log(text) }}); err != nil {
		t.Fatal(err)
	}
	o.URL, o.Engine, o.Notify = j.URL, engine(t), func(p record.JanusPublisher) { rec.events <- p }
	if o.Room == "" {
		o.Room = fmt.Sprint(janusRoom)
	}
	src, err := record.JoinJanus(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	rec.stop = stop
	go func() { rec.ended <- src.Run(ctx, rec.r) }()
	t.Cleanup(func() { stop(); rec.r.Close() })
	return rec
}

// heard waits for what Notify says next.
func (rec *roomRecording) heard(t *testing.T) record.JanusPublisher {
	t.Helper()
	select {
	case p := <-rec.events:
		return p
	case err := <-rec.ended:
		rec.ended <- err
		select { // what was said before the end counts
		case p := <-rec.events:
			return p
		default:
			t.Fatalf("the recording ended: %v", err)
		}
	case <-time.After(90 * time.Second): // a publisher that cannot be received is but warned of
		t.Fatal("waited in vain: news of a publisher")
	}
	panic("unreachable")
}

// opened opens the audio and the video of a real recording for replay.
func opened(t testing.TB, files []string) *replay.Session {
	t.Helper()
	var recs []*replay.Recording
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := replay.OpenRecording(bytes.NewReader(b), int64(len(b)), filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, r)
	}
	return replay.NewSession(recs...)
}

// publish publishes recordings in a room, ready to play.
func publish(t *testing.T, j *janustest.Janus, files []string, o replay.JanusOptions, how replay.Options) *replay.Janus {
	t.Helper()
	s := opened(t, files)
	o.URL, o.Room, o.Engine = j.URL, fmt.Sprint(janusRoom), engine(t)
	sink, err := replay.PublishJanus(t.Context(), s, o, how)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sink.Close)
	return sink
}

// frames are the encrypted frames of a file, each as a hash, in order.
func frames(t testing.TB, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	err = postprocess.Frames(postprocess.Input{Name: path, R: f}, postprocess.Options{}, func(frame []byte, _ decrypt.Meta) bool {
		all = append(all, fmt.Sprintf("%x", sha256.Sum256(frame)))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no frames", path)
	}
	return all
}

// sameFrames checks that got has all frames that want has, and no other.
// Answers to requests for key frames send some again, so that they can come
// more than once.
func sameFrames(t testing.TB, what string, got, want []string) {
	t.Helper()
	seen := make(map[string]bool)
	var once []string
	for _, f := range got {
		if !seen[f] {
			seen[f] = true
			once = append(once, f)
		}
	}
	var expected []string
	known := make(map[string]bool)
	for _, f := range want {
		if !known[f] { // frames of silence can be the same
			known[f] = true
			expected = append(expected, f)
		}
	}
	if !slices.Equal(once, expected) {
		t.Errorf("%s: %d frames, want the %d that were sent", what, len(once), len(expected))
	}
}

// TestJanus publishes real recordings in a room, with the recorder and Janus's
// own in it: every packet that was sent is stored once, the flag is taken
// over, and the frames are those of the recording, byte for byte.
func TestJanus(t *testing.T) {
	for _, name := range []string{"sframe-vp8-skip", "jitsi-vp8", "plain-vp8-identity"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := corpus.Load(t, name)
			encrypted := source.Keys != ""
			j := janustest.Start(t, janustest.Options{})
			j.Create(t, janustest.Room{ID: janusRoom, E2EE: encrypted, RecordDir: j.Recordings})
			rec := recordRoom(t, j, record.JanusOptions{})
			sent := publish(t, j, source.Files, replay.JanusOptions{Display: "Ann"}, replay.Options{})
			who := rec.heard(t)
			if who.Encrypted != encrypted || who.Display != "Ann" || who.Number != 0 || who.Gone {
				t.Errorf("recorded is %+v", who)
			}
			j.RecordRoom(t, janusRoom, true) // only now: Janus forgets the flag else
			if err := sent.Play(t.Context()); err != nil {
				t.Fatal(err)
			}
			if gone := rec.heard(t); !gone.Gone || gone.ID != who.ID {
				t.Errorf("after the end: %+v", gone)
			}
			rec.stop()
			if err := await(t, "the end of the recording", rec.ended); err != nil {
				t.Error(err)
			}
			report, err := rec.r.Close()
			if err != nil || len(report.Files) != 2 {
				t.Fatalf("%d files, %v", len(report.Files), err)
			}
			if n := sent.Player().Stats()[1].KeyFrameRequests; n == 0 {
				t.Error("no request for a key frame came to the player")
			}
			for i, stats := range sent.Player().Stats() {
				kind := []string{"audio", "video"}[i]
				f := report.Files[slices.IndexFunc(report.Files, func(f record.FileReport) bool { return f.Track.Kind.String() == kind })]
				if f.Stored+f.Lost != stats.Packets-stats.Again || f.Stored+f.Duplicates != f.Received || f.Lost > 0 {
					t.Errorf("%s: %d packets were sent, of those %d again; stored %+v", kind, stats.Packets, stats.Again, f)
				}
				if f.Track.Encrypted != encrypted || f.Track.Index != i || f.Track.Description != "Ann" {
					t.Errorf("%s: track is %+v", kind, f.Track)
				}
				want := frames(t, source.Files[i])
				sameFrames(t, f.Paths[0], frames(t, f.Paths[0]), want)
				again, err := filepath.Glob(filepath.Join(j.Recordings, "*-"+kind+"-*.mjr"))
				if err != nil || len(again) != 1 {
					t.Fatalf("Janus's own recordings are %v, %v", again, err)
				}
				sameFrames(t, again[0], frames(t, again[0]), want)
			}
		})
	}
}
