package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
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

// stored records packets of real recordings again into a folder, with a .nfo.
func stored(t *testing.T, dir, name string) record.Report {
	t.Helper()
	base := filepath.Join(dir, "call; one")
	r, err := record.NewRecorder(record.Options{Name: base})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	for i, path := range corpus.Load(t, name).Files {
		in := mjrtest.Read(t, path)
		h := in.Header
		f, err := r.Open(record.Track{
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
	}
	report, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.WriteNFO(base); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestRecordAndPlay: Janus's own plugin lists a recording by its .nfo, and
// plays all its packets.
func TestRecordAndPlay(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	report := stored(t, j.Recordings, "jitsi-vp8")
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
	got := make(chan int64, 2)
	peer, answer, err := engine(t).Receive(t.Context(), offer.JSEP.SDP, rtc.ReceiveOptions{Track: func(in *rtc.InTrack) {
		buf := make([]byte, mjr.MaxPacket)
		for n := int64(0); ; n++ {
			if _, err := in.ReadRTP(buf); err != nil {
				got <- n
				return
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
	peer.Close()
	var all, want int64
	for range 2 {
		all += <-got
	}
	for _, f := range report.Files {
		want += f.Stored
	}
	if all != want {
		t.Errorf("Janus played %d packets of %d", all, want)
	}
	if err := s.Err(); err != nil && !errors.Is(err, janus.ErrClosed) {
		t.Error(err)
	}
}
