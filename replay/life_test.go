package replay

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"
)

// Viewers come and go, in every way, and nothing of them stays.
func TestViewersComeAndGo(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "plain-vp9")
	l, _ := shelf(t, dir)
	s := serveLibrary(t, l, nil)
	visit := func(way int) {
		b := s.watch(t, "", browserOptions{})
		switch way % 3 {
		case 0:
			b.more(t, "video", 5)
			b.leave(t)
		case 1:
			b.more(t, "audio", 1)
			b.pc.Close()
		case 2:
			b.leave(t) // before it is connected
		}
	}
	for way := range 3 {
		visit(way)
	}
	settle(t, "viewers left", func() bool { return s.sessions.Len() == 0 })
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	const viewers = 50
	var done sync.WaitGroup
	for w := range 5 {
		done.Go(func() {
			for i := range viewers / 5 {
				visit(w + i)
			}
		})
	}
	done.Wait()
	settle(t, "viewers left", func() bool {
		s.Server.mu.Lock() // the test's own has another
		defer s.Server.mu.Unlock()
		return s.sessions.Len() == 0 && len(s.viewers) == 0
	})
	http.DefaultClient.CloseIdleConnections()
	settle(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= before })
	s.Close()
	l.Close()
	if n := descriptors(t, dir); n != 0 {
		t.Errorf("%d files are open", n)
	}
	if len(s.left) != viewers+3 {
		t.Errorf("%d viewers left, want %d", len(s.left), viewers+3)
	}
}

// settle waits for what happens by itself.
func settle(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%s: not so\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}
