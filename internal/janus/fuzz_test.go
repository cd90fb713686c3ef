package janus

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzMessage reads what may come from Janus as everything that it could be.
// The seeds are what Janus 1.1.2 said.
func FuzzMessage(f *testing.F) {
	files, err := filepath.Glob("testdata/messages/*.json")
	if err != nil || len(files) < 10 {
		f.Fatalf("%d messages of Janus, want 10 or more (%v)", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			if !errors.Is(err, ErrMessage) || m != nil {
				t.Fatalf("decoded %v, %v", m, err)
			}
			return
		}
		if m.Janus == "" || m.JSEP != nil && m.JSEP.SDP == "" || m.Janus == kindError && m.Error == nil {
			t.Fatalf("taken for a message: %q", b)
		}
		s := &Session{calls: map[string]*call{}, handles: map[uint64]*Handle{}}
		h := &Handle{s: s, id: m.Sender, wake: make(chan struct{}, 1)}
		s.handles[m.Sender] = h
		c := &call{event: true, answer: make(chan *message, 1)}
		s.calls["known"] = c
		if err := s.take(m); err != nil && !errors.Is(err, errTimeout) {
			t.Fatalf("take: %v", err)
		}
		if len(h.events)+len(c.answer) > 1 {
			t.Fatal("one message was taken for two")
		}
		r := &Room{me: NumberID(1)}
		if change, ok, err := r.change(m.Plugin.Data); ok && err == nil {
			if n := len(change.Publishing); n > maxStreams || n == 0 && change.Gone == nil && change.Ended == "" {
				t.Fatalf("a change of nothing: %+v", change)
			}
			for _, p := range change.Publishing {
				again(t, p.ID)
			}
		}
	})
}

// again writes an ID and reads it again.
func again(t *testing.T, id ID) {
	t.Helper()
	if id == (ID{}) {
		return // there was none
	}
	b, err := json.Marshal(id)
	if err != nil {
		t.Fatal(err)
	}
	var got ID
	if err := json.Unmarshal(b, &got); err != nil || got != id {
		t.Fatalf("%#v became %s and %#v (%v)", id, b, got, err)
	}
}
