package door

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLog(t *testing.T) {
	var log lines
	d := open(t, Options{Token: token, Log: log.add})
	mux := http.NewServeMux()
	mux.HandleFunc("PATCH /sessions/{id}", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusPreconditionFailed) })
	mux.HandleFunc("GET /ok", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("GET /", http.NotFound)
	auth := []string{"Authorization", "Bearer " + token}
	for _, r := range []*http.Request{
		d.request("GET", "/ok", auth...),
		d.request("GET", "/favicon.ico", auth...),
		d.request("PATCH", "/sessions/SECRET?q=SECRET", auth...),
		d.request("PUT", "/sessions/SECRET", auth...),
		d.request("PATCH", "/sessions/SECRET"),
		d.request("PATCH", "/sessions/SECRET/x", "Host", "evil.example"),
		d.request("GET", "/a%0Ab%1B%C3%A9?token=SECRET", "Authorization", "Bearer SECRET"),
		d.request("GET", "http://user:SECRET@localhost/"+strings.Repeat("x", 500)),
		d.request("GET", "/ok", "Host", "evil.example\x1b[2J\n"),
		d.request("GET", "/ok", "Origin", "http://evil.example/"+strings.Repeat("x", 500)),
	} {
		d.answer(mux, r)
	}
	want := strings.Join([]string{
		`PATCH /sessions/{id} from 192.0.2.1: 412 Precondition Failed`,
		`PUT /sessions/... from 192.0.2.1: 405 Method Not Allowed`,
		`PATCH /sessions/... from 192.0.2.1: 401 no token, or a wrong one`,
		`PATCH /sessions/... from 192.0.2.1: 421 host "evil.example" is not known`,
		`GET /a?b??? from 192.0.2.1: 401 no token, or a wrong one`,
		`GET /` + strings.Repeat("x", 79) + ` from 192.0.2.1: 401 no token, or a wrong one`,
		`GET /ok from 192.0.2.1: 421 host "evil.example?[2J?" is not known`,
		`GET /ok from 192.0.2.1: 403 origin "http://evil.example/` + strings.Repeat("x", 60) + `" is not allowed`,
	}, "\n")
	if got := log.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestLogAtTheEnd: what was only counted is told when Serve ends.
func TestLogAtTheEnd(t *testing.T) {
	var log lines
	d := open(t, Options{Log: log.add})
	for range linesPerMinute + 5 {
		d.answer(hello, d.request("GET", "/", "Host", "evil.example"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.Serve(ctx, hello); err != nil {
		t.Error(err)
	}
	if got := log.String(); !strings.HasSuffix(got, "\n5 more requests failed") {
		t.Errorf("got\n%s", got)
	}
}

// TestLogFlood: what is not told one by one is told by number.
func TestLogFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lines
		l := newLogger(log.add)
		for i := range 10_000 {
			l.print(fmt.Sprint("line ", i))
		}
		if got := len(log.list); got != linesPerMinute {
			t.Errorf("%d lines, want %d", got, linesPerMinute)
		}
		time.Sleep(time.Minute)
		l.print("later")
		if got := log.list[linesPerMinute:]; len(got) != 2 || got[0] != "9940 more requests failed" || got[1] != "later" {
			t.Errorf("got %q", got)
		}
		l.flush()
		for range linesPerMinute {
			l.print("again")
		}
		l.flush()
		if got := log.list[len(log.list)-1]; got != "1 more requests failed" {
			t.Errorf("at the end: got %q", got)
		}
	})
}
