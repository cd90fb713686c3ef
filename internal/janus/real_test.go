package janus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
)

func dial(t *testing.T, o janus.Options) *janus.Session {
	t.Helper()
	s, err := janus.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		_ = s.Close(ctx) // what the test is about was said
	})
	return s
}

func TestJoinReal(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1234})
	j.Create(t, janustest.Room{ID: 5678, PIN: "sesame"})
	s := dial(t, janus.Options{URL: j.URL, Transport: capturing(t, j.URL, "join")})
	r, err := s.Join(t.Context(), janus.RoomOptions{Room: "1234", Display: "me"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Publishers) != 0 {
		t.Errorf("%d publishers in a new room", len(r.Publishers))
	}
	for _, bad := range []struct {
		sin  string
		room janus.RoomOptions
		code int
	}{
		{"no such room", janus.RoomOptions{Room: "99"}, janus.CodeNoSuchRoom},
		{"no PIN", janus.RoomOptions{Room: "5678"}, janus.CodeMissingElement},
		{"another PIN", janus.RoomOptions{Room: "5678", PIN: "sesam"}, janus.CodeRoomUnauthorized},
		{"a name for a number", janus.RoomOptions{Room: "lounge"}, janus.CodeInvalidElement},
	} {
		_, err := s.Join(t.Context(), bad.room)
		var refused *janus.Error
		if !errors.As(err, &refused) || refused.Code != bad.code {
			t.Errorf("%s: %v, want code %d", bad.sin, err, bad.code)
		}
	}
	var refused *janus.Error
	if _, err := r.Subscribe(t.Context(), janus.NumberID(42)); !errors.As(err, &refused) || refused.Code != janus.CodeNoSuchFeed {
		t.Errorf("got %v, want code %d", err, janus.CodeNoSuchFeed)
	}
	if err := r.Leave(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSecretsReal: without the API's secret, or its token, there is no session.
func TestSecretsReal(t *testing.T) {
	j := janustest.Start(t, janustest.Options{APISecret: "pssst", Tokens: true})
	j.AddToken(t, "ticket")
	for _, bad := range []struct {
		sin string
		o   janus.Options
	}{
		{"nothing", janus.Options{URL: j.URL}},
		{"another secret and another token", janus.Options{URL: j.URL, Secret: "hush", Token: "tickets"}},
	} {
		_, err := janus.Dial(t.Context(), bad.o)
		var refused *janus.Error
		if !errors.As(err, &refused) || refused.Code != janus.CodeUnauthorized {
			t.Errorf("%s: got %v, want code %d", bad.sin, err, janus.CodeUnauthorized)
		}
	}
	s := dial(t, janus.Options{URL: j.URL, Secret: "pssst", Token: "ticket"})
	if _, err := s.Join(t.Context(), janus.RoomOptions{Room: "1"}); err == nil {
		t.Error("joined a room that is not there")
	}
}

// TestStringsReal: Janus has strings as ids, and the user says digits.
func TestStringsReal(t *testing.T) {
	j := janustest.Start(t, janustest.Options{StringIDs: true})
	j.Create(t, janustest.Room{ID: "1234"})
	j.Create(t, janustest.Room{ID: "lounge", Allowed: []string{"ticket"}})
	s := dial(t, janus.Options{URL: j.URL})
	for _, o := range []janus.RoomOptions{{Room: "1234"}, {Room: "lounge", Token: "ticket"}} {
		if _, err := s.Join(t.Context(), o); err != nil {
			t.Errorf("%s: %v", o.Room, err)
		}
	}
	_, err := s.Join(t.Context(), janus.RoomOptions{Room: "lounge"})
	var refused *janus.Error
	if !errors.As(err, &refused) || refused.Code != janus.CodeRoomUnauthorized {
		t.Errorf("without the room's token: got %v, want code %d", err, janus.CodeRoomUnauthorized)
	}
}

// TestKilledReal: that Janus is gone is known at once, and that the network is,
// by a ping.
func TestKilledReal(t *testing.T) {
	for _, c := range []struct {
		sin string
		end func(*janustest.Janus, testing.TB)
	}{
		{"killed", (*janustest.Janus).Kill},
		{"cut off", (*janustest.Janus).Cut},
	} {
		t.Run(c.sin, func(t *testing.T) {
			t.Parallel()
			j := janustest.Start(t, janustest.Options{})
			j.Create(t, janustest.Room{ID: 1})
			s := dial(t, janus.Options{URL: j.URL, Ping: 50 * time.Millisecond, Timeout: 2 * time.Second})
			r, err := s.Join(t.Context(), janus.RoomOptions{Room: "1"})
			if err != nil {
				t.Fatal(err)
			}
			c.end(j, t)
			if _, err := r.Next(t.Context()); !errors.Is(err, janus.ErrLost) {
				t.Errorf("got %v, want %v", err, janus.ErrLost)
			}
		})
	}
}

// TestEncryptionReal: Debian's Janus, 1.1.2, does not tell subscribers, but
// lists what rooms demand.
func TestEncryptionReal(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1, E2EE: true})
	j.Create(t, janustest.Room{ID: 2})
	j.Create(t, janustest.Room{ID: 3, E2EE: true, Private: true})
	s := dial(t, janus.Options{URL: j.URL})
	for room, want := range map[string]janus.Encryption{"1": {Required: true}, "2": {}, "3": {}} {
		r, err := s.Join(t.Context(), janus.RoomOptions{Room: room})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Encryption(t.Context()); got != want {
			t.Errorf("room %s: got %+v, want %+v", room, got, want)
		}
	}
}
