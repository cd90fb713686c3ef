package mjr_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// calls keeps each Write as it came, and fails at one of them.
type calls struct {
	all    [][]byte
	failAt int // the call that fails, from 1; 0 is none
	short  int // how many bytes the failing call takes
	err    error
}

func (c *calls) Write(b []byte) (int, error) {
	if len(c.all)+1 == c.failAt {
		c.all = append(c.all, bytes.Clone(b[:c.short]))
		return c.short, c.err
	}
	c.all = append(c.all, bytes.Clone(b))
	return len(b), nil
}

func (c *calls) file() []byte { return bytes.Join(c.all, nil) }

var audioHeader = mjr.Header{
	Kind: mjr.Audio, Codec: "opus",
	Created: time.UnixMicro(1795221704350275), FirstFrame: time.UnixMicro(1795221704417257),
}

func TestEachRecordIsOneWrite(t *testing.T) {
	audio := opus(t, 5)
	var c calls
	w, err := mjr.NewWriter(&c, audioHeader)
	if err != nil {
		t.Fatal(err)
	}
	if string(c.file()) != "MJR00002" {
		t.Errorf("%q before the first packet, want the magic", c.file())
	}
	packets, _ := read(t, audio.file)
	for i, p := range packets {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
		if len(c.all) != i+2 || !bytes.Equal(c.file(), audio.file[:audio.offset(i+1)]) {
			t.Fatalf("after packet %d: %d writes, %d bytes; want %d and %d", i, len(c.all), len(c.file()), i+2, audio.offset(i+1))
		}
		clear(p.Data) // is not ours any more
	}
	if err := w.Close(); err != nil || !bytes.Equal(c.file(), audio.file) {
		t.Errorf("Close: %v, %d bytes, want %d", err, len(c.file()), len(audio.file))
	}
	if err := w.WritePacket(packets[0]); err == nil || !bytes.Equal(c.file(), audio.file) {
		t.Errorf("packet after Close: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestFirstWriteErrorSticks(t *testing.T) {
	for _, failure := range []struct {
		err, want error
	}{{errDisk, errDisk}, {nil, io.ErrShortWrite}} {
		for failAt := 1; failAt < 5; failAt++ {
			for _, short := range []int{0, 3} {
				c := calls{failAt: failAt, short: short, err: failure.err}
				w, err := mjr.NewWriter(&c, audioHeader)
				if failAt == 1 {
					if !errors.Is(err, failure.want) || w != nil {
						t.Errorf("NewWriter: %v, want %v", err, failure.want)
					}
					continue
				}
				for i := range uint16(6) {
					err := w.WritePacket(mjr.Packet{Data: rtp(i, 20)})
					if want := int(i)+2 >= failAt; want != errors.Is(err, failure.want) || !want && err != nil {
						t.Errorf("write %d fails: packet %d: %v", failAt, i, err)
					}
				}
				if err := w.Close(); !errors.Is(err, failure.want) {
					t.Errorf("Close: %v, want %v", err, failure.want)
				}
				if len(c.all) != failAt {
					t.Errorf("%d writes, want none after number %d", len(c.all), failAt)
				}
				// The first packet's write holds the header: cut, nothing is there.
				if failAt > 2 {
					got, report := read(t, c.file())
					if len(got) != failAt-2 || report.Truncated != (short > 0) {
						t.Errorf("%d packets are left, want %d; %+v", len(got), failAt-2, report)
					}
				}
			}
		}
	}
}

func TestPacketSizes(t *testing.T) {
	for _, c := range []struct {
		kind mjr.Kind
		size int
		ok   bool
	}{
		{mjr.Audio, 0, false}, {mjr.Audio, 11, false}, {mjr.Audio, 12, true},
		{mjr.Audio, 1500, true}, {mjr.Audio, 1501, false}, {mjr.Video, 65536 + 20, false},
		{mjr.Data, 0, true}, {mjr.Data, 1501, true}, {mjr.Data, 65527, true}, {mjr.Data, 65528, false}, {mjr.Data, 65536, false},
	} {
		var c2 calls
		h := audioHeader
		h.Kind, h.Codec = c.kind, map[mjr.Kind]string{mjr.Audio: "opus", mjr.Video: "vp8", mjr.Data: "binary"}[c.kind]
		w, err := mjr.NewWriter(&c2, h)
		if err != nil {
			t.Fatal(err)
		}
		err = w.WritePacket(mjr.Packet{Data: rtp(1, c.size), Wall: h.Created})
		var refused *mjr.SizeError
		if c.ok && err != nil || !c.ok && (!errors.As(err, &refused) || refused.Size != c.size || refused.Kind != c.kind) {
			t.Errorf("%s of %d bytes: %v, want %t", c.kind, c.size, err, c.ok)
		}
		// A refusal leaves the recording as it is, and it goes on.
		if err := w.WritePacket(mjr.Packet{Data: rtp(2, 40), Wall: h.Created}); err != nil {
			t.Errorf("%s after %d bytes: %v", c.kind, c.size, err)
		}
		want := 1
		if c.ok {
			want = 2
		}
		if got, report := read(t, c2.file()); len(got) != want || !report.Whole() {
			t.Errorf("%s after %d bytes: %d packets, want %d; %+v", c.kind, c.size, len(got), want, report)
		}
	}
}

func TestTimesNotGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var out bytes.Buffer
		w, err := mjr.NewWriter(&out, mjr.Header{Kind: mjr.Audio, Codec: "opus"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second) // of the bubble
		if err := w.WritePacket(mjr.Packet{Data: rtp(1, 20), Arrival: time.Second, HasArrival: true}); err != nil {
			t.Fatal(err)
		}
		h := open(t, out.Bytes()).Header
		if !h.Created.Equal(start) || !h.FirstFrame.Equal(start.Add(2*time.Second)) {
			t.Errorf("created %v, first frame %v; want %v and 2 s later", h.Created, h.FirstFrame, start)
		}
	})

	wall := time.UnixMicro(1795221704401878).UTC()
	var out bytes.Buffer
	w, err := mjr.NewWriter(&out, mjr.Header{Kind: mjr.Data, Codec: "text"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []mjr.Packet{
		{Data: []byte("with"), Wall: wall},
		{Data: []byte("without"), Arrival: time.Second, HasArrival: true},
	} {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	r := open(t, out.Bytes())
	got := drain(t, r)
	if !r.Header.FirstFrame.Equal(wall) || !got[0].Wall.Equal(wall) || !got[1].Wall.Equal(wall.Add(time.Second)) {
		t.Errorf("first frame %v, messages %v and %v; want %v", r.Header.FirstFrame, got[0].Wall, got[1].Wall, wall)
	}
}

func TestReceivedTime(t *testing.T) {
	for _, c := range []struct {
		name    string
		arrival time.Duration
		has     bool
		want    time.Duration
	}{
		{"whole milliseconds of it", 1999999 * time.Nanosecond, true, time.Millisecond},
		{"none", time.Hour, false, 0},
		{"before the first frame", -time.Second, true, 0},
		{"the last before it wraps", (1<<32 - 1) * time.Millisecond, true, (1<<32 - 1) * time.Millisecond},
		{"after 49.7 days", (1<<32 + 5) * time.Millisecond, true, 5 * time.Millisecond},
	} {
		var out bytes.Buffer
		w, err := mjr.NewWriter(&out, audioHeader)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WritePacket(mjr.Packet{Data: rtp(1, 20), Arrival: c.arrival, HasArrival: c.has}); err != nil {
			t.Fatal(err)
		}
		if got, _ := read(t, out.Bytes()); got[0].Arrival != c.want || !got[0].HasArrival {
			t.Errorf("%s: %v, want %v", c.name, got[0].Arrival, c.want)
		}
	}
}
