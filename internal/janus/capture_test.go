package janus_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"github.com/mjrkit/mjrkit/internal/janus"
)

var update = flag.Bool("u", false, "keep what the real Janus says in testdata/messages")

// capturing is a way to the real Janus past a proxy that keeps all it says,
// with -u.
func capturing(t testing.TB, url, name string) http.RoundTripper {
	if !*update {
		return nil
	}
	var n atomic.Int64
	return newFake(t, func(f *fake) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		real, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{"janus-protocol"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer real.CloseNow()
		real.SetReadLimit(janus.MaxMessage)
		go func() {
			defer stop()
			for {
				kind, b, err := f.c.Read(ctx)
				if err != nil || real.Write(ctx, kind, b) != nil {
					return
				}
			}
		}()
		for {
			kind, b, err := real.Read(ctx)
			if err != nil {
				return
			}
			var m struct{ Janus string }
			if err := json.Unmarshal(b, &m); err != nil {
				t.Error(err)
			}
			file := filepath.Join("testdata", "messages", fmt.Sprintf("%s-%02d-%s.json", name, n.Add(1), m.Janus))
			if err := os.WriteFile(file, b, 0o644); err != nil {
				t.Error(err)
			}
			if f.c.Write(ctx, kind, b) != nil {
				return
			}
		}
	})
}
