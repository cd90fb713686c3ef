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
	t.Log(r.ID())
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
		t.Log(err)
	}
	_, err = r.Subscribe(t.Context(), janus.NumberID(42))
	t.Log(err)
	if err := r.Leave(t.Context()); err != nil {
		t.Error(err)
	}
}
