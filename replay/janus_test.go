package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

func janusEngine(t testing.TB) *rtc.Engine {
	t.Helper()
	var e *rtc.Engine
	// The addresses of other tests come and go.
	janustest.Wait(t, "sockets", func() (err error) {
		e, err = rtc.NewEngine(rtc.Config{Warn: func(text string) { t.Log(text) }})
		return err
	})
	t.Cleanup(func() { e.Close() })
	return e
}

// TestJanusRefuses: what a room does not take is told, and nothing secret.
func TestJanusRefuses(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1, E2EE: true})
	j.Create(t, janustest.Room{ID: 2, PIN: "sesame"})
	j.Create(t, janustest.Room{ID: 3, VideoCodec: "vp9", AudioCodec: "pcmu"})
	j.Create(t, janustest.Room{ID: 4, Publishers: 1})
	first := call(t, "plain-vp8-identity")
	full, err := PublishJanus(t.Context(), first, JanusOptions{URL: j.URL, Room: "4", Engine: janusEngine(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, c := range []struct {
		sin, recording string
		o              JanusOptions
		code           int   // of Janus
		want           error // or what it is else
	}{
		{"a clear recording where all has to be encrypted", "plain-vp8-identity", JanusOptions{Room: "1"}, janus.CodeRoomUnauthorized, nil},
		{"no PIN", "plain-vp8-identity", JanusOptions{Room: "2"}, janus.CodeMissingElement, nil},
		{"another PIN", "plain-vp8-identity", JanusOptions{Room: "2", PIN: "sesam"}, janus.CodeRoomUnauthorized, nil},
		{"codecs that the room does not take", "plain-vp8-identity", JanusOptions{Room: "3"}, 0, rtc.ErrCodec},
		{"a full room", "plain-vp8-identity", JanusOptions{Room: "4"}, janus.CodeRoomFull, nil},
		{"no such room", "plain-vp8-identity", JanusOptions{Room: "5"}, janus.CodeNoSuchRoom, nil},
		{"nobody there", "plain-vp8-identity", JanusOptions{Room: "1", URL: "ws://127.0.0.1:1"}, 0, janus.ErrConnect},
	} {
		t.Run(c.sin, func(t *testing.T) {
			s := call(t, c.recording)
			if c.o.URL == "" {
				c.o.URL = j.URL
			}
			c.o.Engine = janusEngine(t)
			_, err := PublishJanus(t.Context(), s, c.o, Options{})
			var refused *janus.Error
			if errors.As(err, &refused) && refused.Code != c.code || refused == nil && (c.want == nil || !errors.Is(err, c.want)) {
				t.Errorf("got %v, want code %d or %v", err, c.code, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "sesam") {
				t.Errorf("the PIN is in %q", err)
			}
		})
	}
}

// TestJanusTakesOne: a track whose codec the room does not take is left out.
func TestJanusTakesOne(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1, VideoCodec: "vp9"})
	s := call(t, "plain-vp8-identity")
	sink, err := PublishJanus(t.Context(), s, JanusOptions{URL: j.URL, Room: "1", Engine: janusEngine(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	if all := sink.Sinks(); len(all) != 2 || all[0].Writer == nil || all[1].Writer != nil {
		t.Errorf("sinks are %+v, want the audio alone", all)
	}
}

// TestJanusEnds: playing ends with the room, and with the caller.
func TestJanusEnds(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	enough := errors.New("enough")
	for i, c := range []struct {
		name string
		end  func(stop context.CancelCauseFunc, room int)
		want error
	}{
		{"by the caller", func(stop context.CancelCauseFunc, _ int) { stop(enough) }, enough},
		{"with the room", func(_ context.CancelCauseFunc, room int) {
			j.Ask(t, "janus.plugin.videoroom", map[string]any{"request": "destroy", "room": room}, nil)
		}, ErrRoomEnded},
		{"by the room's owner", func(_ context.CancelCauseFunc, room int) {
			var there struct{ Participants []struct{ ID uint64 } }
			j.Ask(t, "janus.plugin.videoroom", map[string]any{"request": "listparticipants", "room": room}, &there)
			j.Ask(t, "janus.plugin.videoroom", map[string]any{"request": "kick", "room": room, "id": there.Participants[0].ID}, nil)
		}, ErrRoomEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			room := 10 + i
			j.Create(t, janustest.Room{ID: room})
			s := call(t, "jitsi-vp8")
			sink, err := PublishJanus(t.Context(), s, JanusOptions{URL: j.URL, Room: fmt.Sprint(room), Engine: janusEngine(t)}, Options{Loop: true})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancelCause(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- sink.Play(ctx) }()
			janustest.Wait(t, "packets", func() error {
				if sink.Player().Stats()[0].Packets == 0 {
					return errors.New("none is sent")
				}
				return nil
			})
			c.end(stop, room)
			if err := <-ended; !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			stop(nil)
		})
	}
}
