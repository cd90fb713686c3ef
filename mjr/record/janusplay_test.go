package record_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// trailer is how many packets of audio, 20 ms each, stored adds at the end:
// there Janus hangs up, with all that it has not sent yet. On a busy machine
// that was half a second, and once more than three.
const trailer = 500

// stored records packets of real recordings again into a folder, with a .nfo.
// It returns the number of the last packet of audio before the trailer.
func stored(t *testing.T, dir, name string) (report record.Report, last uint16) {
	t.Helper()
	base := filepath.Join(dir, "call; one")
	rec, err := record.NewRecorder(record.Options{Name: base})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	for i, path := range corpus.Load(t, name).Files {
		in := mjrtest.Read(t, path)
		h := in.Header
		f, err := rec.Open(record.Track{
			Index: i, Kind: h.Kind, Codec: h.Codec, Fmtp: h.Fmtp, Extensions: h.Extensions, Encrypted: h.Encrypted,
			MID: []string{"0", "1"}[i], Description: "Ann",
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range in.Packets {
			if err := f.WriteRTP(p.Data, at.Add(p.Arrival)); err != nil {
				t.Fatal(err)
			}
		}
		if h.Kind != mjr.Audio {
			continue
		}
		p := in.Packets[len(in.Packets)-1]
		last = binary.BigEndian.Uint16(p.Data[2:])
		for range trailer {
			p.Arrival += 20 * time.Millisecond
			binary.BigEndian.PutUint16(p.Data[2:], binary.BigEndian.Uint16(p.Data[2:])+1)
			binary.BigEndian.PutUint32(p.Data[4:], binary.BigEndian.Uint32(p.Data[4:])+960)
			if err := f.WriteRTP(p.Data, at.Add(p.Arrival)); err != nil {
				t.Fatal(err)
			}
		}
	}
	report, err = rec.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.WriteNFO(base); err != nil {
		t.Fatal(err)
	}
	return report, last
}

// TestRecordAndPlay: Janus's own plugin lists a recording by its .nfo, and
// plays all its packets.
func TestRecordAndPlay(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	report, last := stored(t, j.Recordings, "jitsi-vp8")
	j.Ask(t, "janus.plugin.recordplay", map[string]any{"request": "update"}, nil)
	var list struct {
		List []struct {
			ID           uint64
			Name         string
			Audio, Video bool
			AudioCodec   string `json:"audio_codec"`
			VideoCodec   string `json:"video_codec"`
		}
	}
	j.Ask(t, "janus.plugin.recordplay", map[string]any{"request": "list"}, &list)
	if len(list.List) != 1 || list.List[0].Name != "call; one" || list.List[0].AudioCodec != "opus" || list.List[0].VideoCodec != "vp8" {
		t.Fatalf("Janus lists %+v", list.List)
	}
	s, err := janus.Dial(t.Context(), janus.Options{URL: j.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	h, err := s.Attach(t.Context(), "janus.plugin.recordplay")
	if err != nil {
		t.Fatal(err)
	}
	offer, err := h.Request(t.Context(), "play", map[string]any{"request": "play", "id": list.List[0].ID}, nil)
	if err != nil || offer.JSEP == nil || !offer.JSEP.E2EE {
		t.Fatalf("the answer to play is %+v, %v, want an offer that says e2ee", offer.JSEP, err)
	}
	want := int64(-trailer)
	for _, f := range report.Files {
		want += f.Stored
	}
	var got atomic.Int64
	ended := make(chan struct{}, 2)
	peer, answer, err := engine(t).Receive(t.Context(), offer.JSEP.SDP, rtc.ReceiveOptions{Track: func(in *rtc.InTrack) {
		buf := make([]byte, mjr.MaxPacket)
		for {
			if _, err := in.ReadRTP(buf); err != nil {
				ended <- struct{}{}
				return
			}
			if in.Kind == "video" || int16(binary.BigEndian.Uint16(buf[2:])-last) <= 0 {
				got.Add(1)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if _, err := h.Request(t.Context(), "start", map[string]any{"request": "start"}, &janus.JSEP{Type: "answer", SDP: answer, E2EE: true}); err != nil {
		t.Fatal(err)
	}
	if err := h.Completed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		e, err := h.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Result json.RawMessage }
		_ = json.Unmarshal(e.Data, &said) // events without data are of no interest
		done = bytes.Contains(said.Result, []byte("done")) || e.Kind == janus.HangUp
	}
	janustest.Wait(t, "the last packets, which may come after the word", func() error {
		if n := got.Load(); n < want {
			return fmt.Errorf("Janus played %d packets of %d", n, want)
		}
		return nil
	})
	peer.Close()
	for range 2 {
		await(t, "the end of a track", ended)
	}
	if n := got.Load(); n != want {
		t.Errorf("Janus played %d packets of %d", n, want)
	}
	if err := s.Err(); err != nil && !errors.Is(err, janus.ErrClosed) {
		t.Error(err)
	}
}
