package replay

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"
	"unsafe"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

func TestOpenRecording(t *testing.T) {
	if size := unsafe.Sizeof(entry{}); size > 32 {
		t.Errorf("a packet takes %d bytes of memory", size)
	}
	unknown := rebuild(t, mjr.Header{Kind: mjr.Audio, Codec: "opus"}, []mjr.Packet{{Data: make([]byte, 20)}})
	data, err := os.ReadFile(corpus.Load(t, "plain-vp8-data").File(t, "data"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing of it", []byte("no recording at all"), mjr.ErrNotMJR},
		{"a data channel", data, ErrNoRTP},
		{"no packet", []byte("MJR00002"), ErrEmpty},
		{"unknown codec", bytes.Replace(unknown, []byte("opus"), []byte("opux"), 1), stream.ErrCodec},
	} {
		if _, err := OpenRecording(bytes.NewReader(c.data), int64(len(c.data)), c.name); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := OpenRecording(unreadable{}, 100, "unreadable"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

type unreadable struct{}

func (unreadable) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

// What damage left no packet of is played in no time.
func TestNoPackets(t *testing.T) {
	r := openBytes(t, rebuild(t, mjr.Header{Kind: mjr.Audio, Codec: "opus"}, []mjr.Packet{{Data: make([]byte, 20)}}), "zeros")
	if r.Len() != 0 || r.Packets.NotRTP != 1 {
		t.Fatalf("%d packets, %+v", r.Len(), r.Packets)
	}
	s := NewSession(r)
	all, _ := sinks(s)
	if err := NewPlayer(s, Options{Loop: true}).Play(t.Context(), all); err != nil || s.Duration() != 0 {
		t.Errorf("%v, %v", err, s.Duration())
	}
}

// Recordings are aligned by the wall clock of their first packets.
func TestSessionClock(t *testing.T) {
	paths := corpus.Load(t, "jitsi-vp8")
	h, packets := load(t, paths.File(t, "audio"))
	video := open(t, paths.File(t, "video"))
	at := func(u time.Time) time.Duration {
		h.FirstFrame = u
		s := NewSession(openBytes(t, rebuild(t, h, packets), "audio"), video)
		if s.due(0, 0) != 0 && s.due(1, 0) != 0 {
			t.Errorf("a session begins at %v and %v", s.due(0, 0), s.due(1, 0))
		}
		return s.due(1, 0) - s.due(0, 0)
	}
	u := h.FirstFrame
	zero := at(u)
	if zero < 20*time.Millisecond || zero > 32*time.Millisecond { // "u" and the least delays tell
		t.Errorf("video begins %v after audio", zero)
	}
	if got := at(u.Add(-time.Hour)) - zero; got != time.Hour {
		t.Errorf("an hour is %v", got)
	}
	if got := at(u.Add(time.Hour)) - zero; got != -time.Hour {
		t.Errorf("an hour is %v", -got)
	}
	if got := at(time.UnixMicro(1)); got != 0 {
		t.Errorf("a clock that was never set is believed: %v", got)
	}
}

// Damaged files play what can be read, and say what could not.
func TestDamaged(t *testing.T) {
	data, err := os.ReadFile(corpus.Load(t, "jitsi-vp8").File(t, "video"))
	if err != nil {
		t.Fatal(err)
	}
	clear(data[len(data)/2 : len(data)/2+3000])
	r := openBytes(t, data, "damaged")
	if r.File.Whole() || r.Packets.Lost == 0 || len(r.losses) == 0 {
		t.Errorf("%+v, %+v", r.File, r.Packets)
	}
}
