package record_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/mjr/record"
	"github.com/mjrkit/mjrkit/replay"
)

// TestJanusNothingIsLeft: no goroutine and no descriptor outlives a session in
// a room, on either side, whether it began or was refused.
func TestJanusNothingIsLeft(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: janusRoom})
	dir := t.TempDir()
	files := corpus.Load(t, "jitsi-vp8").Files
	once := func(n int) {
		e := newEngine(t)
		defer e.Close()
		r, err := record.NewRecorder(record.Options{Name: filepath.Join(dir, fmt.Sprint(n))})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, room := range []string{"1", ""} { // of which there is none
			if _, err := record.JoinJanus(t.Context(), record.JanusOptions{URL: j.URL, Room: room, Engine: e}); err == nil {
				t.Error("joined a room that is not there")
			}
		}
		began := make(chan record.JanusPublisher, 2)
		src, err := record.JoinJanus(t.Context(), record.JanusOptions{
			URL: j.URL, Room: fmt.Sprint(janusRoom), Engine: e, Notify: func(p record.JanusPublisher) { began <- p },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error, 2)
		go func() { ended <- src.Run(ctx, r) }()
		sink, err := replay.PublishJanus(t.Context(), opened(t, files), replay.JanusOptions{URL: j.URL, Room: fmt.Sprint(janusRoom), Engine: e}, replay.Options{})
		if err != nil {
			t.Fatal(err)
		}
		go func() { ended <- sink.Play(ctx) }()
		await(t, "the publisher", began)
		janustest.Wait(t, "packets", func() error {
			if len(r.Report().Files) < 2 {
				return fmt.Errorf("%d files", len(r.Report().Files))
			}
			return nil
		})
		stop()
		await(t, "the first end", ended)
		await(t, "the second end", ended)
	}
	once(0) // what the runtime opens for itself
	http.DefaultClient.CloseIdleConnections()
	before := census(t)
	for n := range 4 {
		once(1 + n)
	}
	janustest.Wait(t, "everything to end", func() error {
		http.DefaultClient.CloseIdleConnections()
		if now := census(t); !now.within(before) {
			return fmt.Errorf("%+v, before %+v", now, before)
		}
		return nil
	})
}
