package pagetest

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestBrowser(t *testing.T) {
	b := New(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<p id="status" data-state="ready">hello</p>`))
	}))
	defer s.Close()
	b.Open(s.URL)
	b.State("ready")
	if two := Value[int](b, "Promise.resolve(1 + 1)"); two != 2 {
		t.Errorf("got %d, want 2", two)
	}
	if png := b.Screenshot(); len(png) < 100 {
		t.Errorf("a screenshot of %d bytes", len(png))
	}
	if n := len(b.PIDs()); n < 2 {
		t.Errorf("%d processes, want the browser and a renderer", n)
	}
	b.Eval(`console.error("sad")`)
	if c := b.Complaints(); len(c) == 0 {
		t.Error("a complaint on the console was not noted")
	}
}
