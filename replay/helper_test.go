package replay

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// tape is a Writer that keeps all it gets.
type tape struct {
	began   time.Time
	mu      sync.Mutex
	packets []taped
	during  func(*rtp.Packet) // called first
	fail    error
}

type taped struct {
	rtp.Packet
	at time.Duration
}

func (w *tape) WriteRTP(p *rtp.Packet) error {
	if w.during != nil {
		w.during(p)
	}
	if w.fail != nil {
		return w.fail
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packets = append(w.packets, taped{*p.Clone(), time.Since(w.began)})
	return nil
}

// all is what came so far.
func (w *tape) all() []taped {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.packets
}

// last is the packet that came last.
func (w *tape) last() taped { return w.all()[len(w.all())-1] }

func open(t testing.TB, path string) *Recording {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return openBytes(t, data, filepath.Base(path))
}

func openBytes(t testing.TB, data []byte, name string) *Recording {
	t.Helper()
	r, err := OpenRecording(bytes.NewReader(data), int64(len(data)), name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call opens the audio and the video of a real recording.
func call(t testing.TB, name string) *Session {
	t.Helper()
	var recs []*Recording
	for _, f := range corpus.Load(t, name).Files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := OpenRecording(bytes.NewReader(data), int64(len(data)), filepath.Base(f))
		if errors.Is(err, ErrNoRTP) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		recs = append(recs, r)
	}
	return NewSession(recs...)
}

// sinks makes a tape for each track.
func sinks(s *Session) ([]Sink, []*tape) {
	var all []Sink
	var tapes []*tape
	for i := range s.Tracks() {
		w := &tape{began: time.Now()}
		tapes = append(tapes, w)
		all = append(all, Sink{Writer: w, SSRC: uint32(1000 + i), PayloadType: uint8(96 + i)})
	}
	return all, tapes
}

// play plays a session, and does things to it meanwhile.
func play(t *testing.T, s *Session, o Options, meanwhile func(p *Player, tapes []*tape)) ([]*tape, *Player) {
	t.Helper()
	all, tapes := sinks(s)
	p := NewPlayer(s, o)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.Play(ctx, all) }()
	if meanwhile != nil {
		meanwhile(p, tapes)
		if o.Loop || o.Hold {
			cancel()
		}
	}
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	return tapes, p
}

// ordered reads the packets of a recording in order, by the library that the
// index is made with, but all of them and in memory.
func ordered(t testing.TB, r *Recording) []stream.Packet {
	t.Helper()
	src, err := r.Reader()
	if err != nil {
		t.Fatal(err)
	}
	packets := stream.NewReorder(src, stream.Options{ClockRate: r.Codec.ClockRate})
	var all []stream.Packet
	for {
		p, err := packets.ReadPacket()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Payload, p.Header = slices.Clone(p.Payload), p.Header.Clone()
		all = append(all, p)
	}
}

// media is what lies behind the payload descriptor.
func media(t testing.TB, r *Recording, payload []byte, marker bool) []byte {
	t.Helper()
	if r.Codec.Name != "vp8" && r.Codec.Name != "vp9" {
		return payload
	}
	d, err := stream.ParseDescriptor(r.Codec.Name, payload, marker)
	if err != nil {
		t.Fatal(err)
	}
	return payload[d.Len:]
}

// unbroken checks what holds of every stream that leaves a Player.
func unbroken(t testing.TB, r *Recording, all []taped) {
	t.Helper()
	var last stream.Descriptor
	for i, p := range all {
		if i > 0 && p.SequenceNumber != all[i-1].SequenceNumber+1 {
			t.Fatalf("%s: packet %d: number %d after %d", r.Name, i, p.SequenceNumber, all[i-1].SequenceNumber)
		}
		if r.Codec.Name != "vp8" && r.Codec.Name != "vp9" {
			continue
		}
		d, err := stream.ParseDescriptor(r.Codec.Name, p.Payload, p.Marker)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && d.PictureID >= 0 {
			want := last.PictureID
			if all[i-1].Marker {
				want = (want + 1) & 0x7FFF
			}
			if d.PictureID != want {
				t.Fatalf("%s: packet %d: picture id %d, want %d", r.Name, i, d.PictureID, want)
			}
		}
		last = d
	}
}

// rebuild writes packets into a recording.
func rebuild(t testing.TB, h mjr.Header, packets []mjr.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := mjr.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// load reads all packets of a file as they were recorded.
func load(t testing.TB, path string) (mjr.Header, []mjr.Packet) {
	t.Helper()
	r := mjrtest.Read(t, path)
	return r.Header, r.Packets
}

// rest lets time pass, and everything happen that happens in it.
func rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
