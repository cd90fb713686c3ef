package record_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr/record"
	"github.com/mjrkit/mjrkit/replay"
)

// loop publishes a recording again and again, until leave is called.
func loop(t *testing.T, j *janustest.Janus, display string) (leave func()) {
	t.Helper()
	p := publish(t, j, corpus.Load(t, "plain-vp8-identity").Files, replay.JanusOptions{Display: display}, replay.Options{Loop: true})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Play(ctx) }()
	leave = func() {
		stop()
		if err := await(t, "the end of "+display, ended); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", display, err)
		}
		ended <- nil
	}
	t.Cleanup(leave)
	return leave
}

// flowing waits until files of a publisher take packets of all its media.
func (rec *roomRecording) flowing(t *testing.T, number int) {
	t.Helper()
	janustest.Wait(t, fmt.Sprintf("the media of publisher %d", number), func() error {
		n := 0
		for _, f := range rec.r.Report().Files {
			if f.Track.Publisher == number && f.Stored > 0 {
				n++
			}
		}
		if n < 2 {
			return fmt.Errorf("%d media of 2", n)
		}
		return nil
	})
}

// whole checks that all files are finished and whole, and returns their names.
func whole(t *testing.T, report record.Report) []string {
	t.Helper()
	var names []string
	for _, f := range report.Files {
		for _, path := range f.Paths {
			if n := int64(len(mjrtest.Read(t, path).Packets)); n != f.Stored || strings.HasSuffix(path, ".tmp") {
				t.Errorf("%s: %d packets of %d", path, n, f.Stored)
			}
			names = append(names, filepath.Base(path))
		}
	}
	slices.Sort(names)
	return names
}

// TestJanusRoom follows who comes and goes. Whoever comes back is another.
func TestJanusRoom(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom, PrivateID: true, Publishers: 2})
	leaveAnn := loop(t, j, "Ann") // before the recorder
	rec := recordRoom(t, j, record.JanusOptions{})
	if p := rec.heard(t); p.Number != 0 || p.Display != "Ann" || p.Gone {
		t.Errorf("first is %+v", p)
	}
	rec.flowing(t, 0)
	loop(t, j, "Bob")
	if p := rec.heard(t); p.Number != 1 || p.Display != "Bob" || p.Gone {
		t.Errorf("second is %+v", p)
	}
	rec.flowing(t, 1)
	leaveAnn()
	if p := rec.heard(t); p.Number != 0 || !p.Gone {
		t.Errorf("who left is %+v", p)
	}
	for _, f := range rec.r.Report().Files {
		if f.Done != (f.Track.Publisher == 0) {
			t.Errorf("%s: done is %v", f.Name, f.Done)
		}
	}
	loop(t, j, "Ann")
	if p := rec.heard(t); p.Number != 2 || p.Display != "Ann" || p.Gone {
		t.Errorf("third is %+v", p)
	}
	rec.flowing(t, 2)
	rec.stop()
	if err := await(t, "the end of the recording", rec.ended); err != nil {
		t.Error(err)
	}
	report, err := rec.r.Close()
	if err != nil {
		t.Error(err)
	}
	want := []string{
		"room-2-audio-0.mjr", "room-2-video-1.mjr", "room-3-audio-0.mjr", "room-3-video-1.mjr", "room-audio-0.mjr", "room-video-1.mjr",
	}
	if got := whole(t, report); !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
}

// TestJanusFeed records one of two, until that one leaves.
func TestJanusFeed(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	loop(t, j, "Ann")
	leaveBob := loop(t, j, "Bob")
	var bob string
	janustest.Wait(t, "Bob to publish", func() error {
		var there struct {
			Participants []struct {
				ID        uint64
				Display   string
				Publisher bool
			}
		}
		j.Ask(t, "janus.plugin.videoroom", map[string]any{"request": "listparticipants", "room": janusRoom}, &there)
		for _, p := range there.Participants {
			if p.Display == "Bob" && p.Publisher {
				bob = fmt.Sprint(p.ID)
				return nil
			}
		}
		return fmt.Errorf("there are %+v", there.Participants)
	})
	rec := recordRoom(t, j, record.JanusOptions{Feed: bob})
	if p := rec.heard(t); p.ID != bob || p.Display != "Bob" {
		t.Errorf("recorded is %+v", p)
	}
	rec.flowing(t, 0)
	leaveBob()
	if p := rec.heard(t); p.ID != bob || !p.Gone {
		t.Errorf("who left is %+v", p)
	}
	if err := await(t, "the end of the recording", rec.ended); err != nil {
		t.Error(err)
	}
	report, err := rec.r.Close()
	if want := []string{"room-audio-0.mjr", "room-video-1.mjr"}; err != nil || !slices.Equal(whole(t, report), want) {
		t.Errorf("files are %v, want %v (%v)", whole(t, report), want, err)
	}
	_, err = record.JoinJanus(t.Context(), record.JanusOptions{URL: j.URL, Room: fmt.Sprint(janusRoom), Feed: bob, Engine: engine(t)})
	if !errors.Is(err, record.ErrNoFeed) || !strings.Contains(err.Error(), `("Ann")`) {
		t.Errorf("without that feed: %v", err)
	}
}

// TestJanusConnectsAgain: where only the connection ends the publisher is
// recorded over another, in files of another number.
func TestJanusConnectsAgain(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	loop(t, j, "Ann")
	rec := recordRoom(t, j, record.JanusOptions{})
	rec.heard(t)
	rec.flowing(t, 0)
	if n := j.HangUpSubscribers(t); n != 1 {
		t.Errorf("%d connections were hung up, want 1", n)
	}
	if p := rec.heard(t); p.Number != 0 || !p.Gone {
		t.Errorf("who was hung up is %+v", p)
	}
	if p := rec.heard(t); p.Number != 1 || p.Display != "Ann" || p.Gone {
		t.Errorf("who was connected again is %+v", p)
	}
	rec.flowing(t, 1)
	rec.stop()
	if err := await(t, "the end of the recording", rec.ended); err == nil || !strings.Contains(err.Error(), `("Ann")`) {
		t.Errorf("the recording ended with %v, and something is missing in it", err)
	}
	report, err := rec.r.Close()
	want := []string{"room-2-audio-0.mjr", "room-2-video-1.mjr", "room-audio-0.mjr", "room-video-1.mjr"}
	if got := whole(t, report); err != nil || !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v (%v)", got, want, err)
	}
}

// TestJanusKilled: what was recorded until Janus died is whole.
func TestJanusKilled(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	p := publish(t, j, corpus.Load(t, "plain-vp8-identity").Files, replay.JanusOptions{}, replay.Options{Loop: true})
	played := make(chan error, 1)
	go func() { played <- p.Play(t.Context()) }()
	rec := recordRoom(t, j, record.JanusOptions{})
	rec.heard(t)
	rec.flowing(t, 0)
	j.Kill(t)
	if err := await(t, "the end of the recording", rec.ended); !errors.Is(err, janus.ErrLost) {
		t.Errorf("recording: got %v, want %v", err, janus.ErrLost)
	}
	if err := await(t, "the end of playing", played); !errors.Is(err, janus.ErrLost) {
		t.Errorf("playing: got %v, want %v", err, janus.ErrLost)
	}
	report, err := rec.r.Close()
	if want := []string{"room-audio-0.mjr", "room-video-1.mjr"}; err != nil || !slices.Equal(whole(t, report), want) {
		t.Errorf("files are %v, want %v (%v)", whole(t, report), want, err)
	}
}

func TestJanusRefuses(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom, PIN: "sesame"})
	for _, c := range []struct {
		sin  string
		o    record.JanusOptions
		code int
	}{
		{"no such room", record.JanusOptions{Room: "1"}, janus.CodeNoSuchRoom},
		{"no PIN", record.JanusOptions{Room: "1234"}, janus.CodeMissingElement},
		{"another PIN", record.JanusOptions{Room: "1234", PIN: "sesam"}, janus.CodeRoomUnauthorized},
	} {
		c.o.URL, c.o.Engine = j.URL, engine(t)
		_, err := record.JoinJanus(t.Context(), c.o)
		var refused *janus.Error
		if !errors.As(err, &refused) || refused.Code != c.code || strings.Contains(err.Error(), "sesam") {
			t.Errorf("%s: got %v, want code %d", c.sin, err, c.code)
		}
	}
	rec := recordRoom(t, j, record.JanusOptions{PIN: "sesame"})
	rec.stop()
	if err := await(t, "the end of the recording", rec.ended); err != nil {
		t.Error(err)
	}
}

// TestJanusTellsEncryption: newer versions of Janus than the one here say it in
// their offers to subscribers, which a proxy does for them.
func TestJanusTellsEncryption(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	loop(t, j, "Ann")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tellEncryption(t, j.URL, w, r) }))
	defer proxy.Close()
	through := *j
	through.URL = "ws" + strings.TrimPrefix(proxy.URL, "http")
	rec := recordRoom(t, &through, record.JanusOptions{})
	if p := rec.heard(t); !p.Encrypted {
		t.Errorf("recorded is %+v", p)
	}
	rec.flowing(t, 0)
	rec.stop()
	if err := await(t, "the end of the recording", rec.ended); err != nil {
		t.Error(err)
	}
	for _, f := range rec.r.Report().Files {
		if !f.Track.Encrypted {
			t.Errorf("%s is not marked", f.Name)
		}
	}
}

// TestJanusTrickles: a Janus that sends its candidates apart finds us by ours.
func TestJanusTrickles(t *testing.T) {
	t.Parallel()
	j := janustest.Start(t, janustest.Options{Trickle: true})
	j.Create(t, janustest.Room{ID: janusRoom})
	loop(t, j, "Ann")
	rec := recordRoom(t, j, record.JanusOptions{})
	rec.heard(t)
	rec.flowing(t, 0)
}
