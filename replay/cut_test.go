package replay

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestRecordingIsCut: of a file that is cut short while it is watched the
// viewer is told that, and nothing of the file.
func TestRecordingIsCut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "call-audio-0.mjr")
	data, err := os.ReadFile(corpus.Load(t, "plain-opus-red").File(t, "audio"))
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := NewLibrary(LibraryOptions{Group: groupCorpus}, NewFiles(path))
	t.Cleanup(func() { l.Close() })
	left := make(chan Viewer, 1)
	s := serveLibrary(t, l, func(o *ServerOptions) { o.Left = func(v Viewer) { left <- v } })
	var id string
	for _, id = range s.ids {
	}
	b := s.watch(t, id, browserOptions{})
	b.more(t, "audio", 20)
	if err := os.Truncate(path, int64(len(data)/8)); err != nil {
		t.Fatal(err)
	}
	select {
	case v := <-left:
		if !errors.Is(v.Err, ErrCut) {
			t.Errorf("it ended with %v", v.Err)
		}
	case <-time.After(deadline):
		t.Fatal("it did not end")
	}
	status, body, _ := s.call(t, http.MethodGet, b.player, "", "")
	if status != http.StatusGone || string(body) != ErrCut.Error()+"\n" {
		t.Errorf("status %d, %q", status, body)
	}
	if status, _, _ := s.call(t, http.MethodGet, b.player+"x", "", ""); status != http.StatusNotFound {
		t.Errorf("status %d of another", status)
	}
}
