package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

func TestRecorded(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-loss") // has packets out of order
	var recs []*Recording
	var want [][]mjr.Packet
	for _, kind := range []string{"audio", "video"} {
		_, packets := load(t, rec.File(t, kind))
		recs = append(recs, open(t, rec.File(t, kind)))
		want = append(want, packets)
	}
	var last time.Time
	err := Recorded(recs, func(track int, packet []byte, at time.Time) error {
		w := want[track][0]
		want[track] = want[track][1:]
		if !bytes.Equal(packet, w.Data) {
			t.Fatalf("track %d: not the packet that comes next in the file", track)
		}
		if due := recs[track].Header.FirstFrame.Add(w.Arrival); !at.Equal(due) || at.Before(last) {
			t.Fatalf("track %d: at %v, want %v, after %v", track, at, due, last)
		}
		last = at
		return nil
	})
	if err != nil || len(want[0])+len(want[1]) > 0 {
		t.Errorf("%v, and %d packets are missing", err, len(want[0])+len(want[1]))
	}
	stop := errors.New("stop")
	if err := Recorded(recs, func(int, []byte, time.Time) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
}

// Recordings of the first generation have no received times.
func TestRecordedWithoutTimes(t *testing.T) {
	_, packets := load(t, corpus.Load(t, "plain-vp8-identity").File(t, "audio"))
	json := `{"t":"a","c":"opus","s":1795221406807576,"u":1795221406878297}`
	b := append([]byte("MJR00001"), 0, byte(len(json)))
	b = append(b, json...)
	// Two out of order, and one twice.
	packets[10], packets[11] = packets[11], packets[10]
	packets = slices.Insert(packets, 20, packets[19])
	for _, p := range packets {
		b = append(b, "MEETECHO"...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.Data)))
		b = append(b, p.Data...)
	}
	r := openBytes(t, b, "old")
	n := 0
	err := Recorded([]*Recording{r}, func(_ int, packet []byte, at time.Time) error {
		ts := int64(binary.BigEndian.Uint32(packets[n].Data[4:]))
		if !bytes.Equal(packet, packets[n].Data) || !at.Equal(r.Header.FirstFrame.Add(r.duration(ts))) {
			t.Fatalf("packet %d at %v", n, at)
		}
		n++
		return nil
	})
	if err != nil || n != len(packets) {
		t.Errorf("%d packets of %d: %v", n, len(packets), err)
	}
}
