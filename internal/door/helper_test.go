package door

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const token = "0123456789abcdef.-_~+/="

// open listens for the length of a test.
func open(t testing.TB, o Options) *Door {
	t.Helper()
	if o.Listen == "" {
		o.Listen = ":0"
	}
	d, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// serve runs a Door for the length of a test.
func serve(t *testing.T, o Options, h http.Handler) *Door {
	t.Helper()
	d := open(t, o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := d.Serve(ctx, h)
		if err != nil {
			t.Errorf("Serve: %v", err)
		}
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return d
}

// hello reads the whole body and greets.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	io.WriteString(w, "hello")
})

// request is one to a Door at port, as net/http hands it over. headers are name,
// value, name, value…
func (d *Door) request(method, path string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Host = fmt.Sprintf("localhost:%d", d.port())
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	return at(r, d.Addr())
}

// at gives a request the local end of its connection.
func at(r *http.Request, local net.Addr) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
}

// answer lets a request pass the door.
func (d *Door) answer(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	d.handler(h).ServeHTTP(w, r)
	return w.Result()
}

// lines collects what is logged.
type lines struct {
	mu   sync.Mutex
	list []string
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, line)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.list, "\n")
}
