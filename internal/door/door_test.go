package door

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// serve runs a Door for the length of a test.
func serve(t *testing.T, o Options, h func(d *Door) http.Handler) *Door {
	t.Helper()
	if o.Listen == "" {
		o.Listen = ":0"
	}
	d, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx, h(d)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return d
}

func hello(*Door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
}

func TestLoopbackNeedsNoToken(t *testing.T) {
	d := serve(t, Options{}, hello)
	if !d.LoopbackOnly() || d.Token() != "" || !strings.HasPrefix(d.URL(), "http://localhost:") {
		t.Errorf("loopback %v, token %q, URL %q", d.LoopbackOnly(), d.Token(), d.URL())
	}
	res, err := http.Get(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 200 || string(b) != "hello" {
		t.Errorf("got %s %q", res.Status, b)
	}
}
