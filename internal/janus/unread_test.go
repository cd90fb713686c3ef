package janus

import (
	"bytes"
	"errors"
	"testing"
)

// Events that nobody reads are kept within bounds, by number and by length;
// those that are read make room.
func TestUnread(t *testing.T) {
	for sin, c := range map[string]struct {
		data []byte
		most int
	}{
		"many":  {[]byte(`{}`), maxUnread},
		"long":  {bytes.Repeat([]byte(" "), MaxMessage), maxUnreadBytes / MaxMessage},
		"empty": {nil, maxUnread},
	} {
		h := &Handle{s: &Session{}, wake: make(chan struct{}, 1)}
		m := &message{Janus: string(PluginEvent)}
		m.Plugin.Data = c.data
		for i := range c.most {
			if err := h.push(m); err != nil {
				t.Fatalf("%s: event %d: %v", sin, i, err)
			}
		}
		if err := h.push(m); !errors.Is(err, errUnread) {
			t.Errorf("%s: got %v, want %v", sin, err, errUnread)
		}
		if _, err := h.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.push(m); err != nil {
			t.Errorf("%s: after one was read: %v", sin, err)
		}
	}
}
