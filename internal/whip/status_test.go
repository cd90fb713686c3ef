package whip

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestStatus(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, tt := range []struct {
		name      string
		status    int
		kind      string
		body      string
		retry     string
		want      string // after the URL
		temporary bool
		after     time.Duration
	}{
		{"a reason", 400, "text/plain; charset=utf-8", "no codec\n", "", "status 400 Bad Request: no codec", false, 0},
		{"a reason in JSON", 400, "application/problem+json", `{"error": "x"}`, "", `status 400 Bad Request: {"error": "x"}`, false, 0},
		{"a page", 502, "text/html", "<html>", "", "status 502 Bad Gateway", false, 0},
		{"nothing", 500, "", "", "", "status 500 Internal Server Error", false, 0},
		{"an unknown status", 599, "", "", "", "status 599", false, 0},
		{"full", 503, "text/plain", "", "120", "status 503 Service Unavailable, try again in 2m0s", true, 2 * time.Minute},
		{"taken", 409, "text/plain", "", "1", "status 409 Conflict, try again in 1s", true, time.Second},
		{"too often", 429, "text/plain", "", "", "status 429 Too Many Requests", true, 0},
		{"a retry that is garbage", 503, "text/plain", "", "-5", "status 503 Service Unavailable", true, 0},
		{"a retry of years", 503, "text/plain", "", "4294967295", "status 503 Service Unavailable, try again in 24h0m0s", true, 24 * time.Hour},
		{"an offer of its own", 406, typeSDP, offer, "", "status 406 Not Acceptable: the server made an offer of its own, which cannot be taken", false, 0},
		{"what a terminal obeys", 400, "text/plain", "a\x1b[2Jb\r\nc\x00\u202e", "", "status 400 Bad Request: a [2Jb c ???", false, 0},
		{"a long reason", 400, "text/plain", long, "", "status 400 Bad Request: " + long[:200], false, 0},
		{"the token", 400, "text/plain", "you sent " + token + "!", "", "status 400 Bad Request: you sent (token)!", false, 0},
		{"the token at the end of what is shown", 400, "text/plain", long[:190] + token + long, "", "status 400 Bad Request: " + long[:190] + "(token)xxx", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRemote(t, func(w http.ResponseWriter, q *http.Request) {
				w.Header()["Content-Type"] = []string{tt.kind}
				if tt.retry != "" {
					w.Header().Set("Retry-After", tt.retry)
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			_, err := (&Client{URL: r.URL + "/whip?key=SECRET", Token: token}).Publish(context.Background(), offer)
			var e *StatusError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, which is no StatusError", err)
			}
			if want := "whip: " + r.URL + "/whip: " + tt.want; err.Error() != want {
				t.Errorf("got %q\nwant %q", err, want)
			}
			if e.Status != tt.status || e.Temporary() != tt.temporary || e.RetryAfter != tt.after {
				t.Errorf("got %+v, temporary %v", e, e.Temporary())
			}
		})
	}
}

// TestTokenKept: a refusal that has our caution for its reason says so.
func TestTokenKept(t *testing.T) {
	other := newRemote(t, func(w http.ResponseWriter, q *http.Request) { http.Error(w, "who are you", http.StatusUnauthorized) })
	r := newRemote(t, redirect(307, always(other.URL)))
	_, err := (&Client{URL: r.URL, Token: token}).Publish(context.Background(), offer)
	if err == nil || !strings.Contains(err.Error(), "the token was kept from this origin") || !strings.Contains(err.Error(), "who are you") {
		t.Errorf("got %v", err)
	}
	_, err = (&Client{URL: other.URL, Token: token}).Publish(context.Background(), offer)
	if err == nil || strings.Contains(err.Error(), "kept") {
		t.Errorf("got %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"": 0, "0": 0, "7": 7 * time.Second, "1.5": 0, "99999999999999999999": 0,
			time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat): 90 * time.Second,
			time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat):       0,
			"tomorrow": 0,
		} {
			if got := retryAfter(value); got != want {
				t.Errorf("%q: got %v, want %v", value, got, want)
			}
		}
	})
}

// silent answers its first request with answer, and no other.
func silent(answer string) func(ctx context.Context, network, address string) (net.Conn, error) {
	first := true
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		says := ""
		if first {
			first, says = false, answer
		}
		go func() {
			if r, err := http.ReadRequest(bufio.NewReader(server)); err == nil {
				io.Copy(io.Discard, r.Body)
			}
			io.WriteString(server, says)
			io.Copy(io.Discard, server) // until the client has enough
			server.Close()
		}()
		return client, nil
	}
}

// TestTimes: a server that falls silent holds nothing up for long.
func TestTimes(t *testing.T) {
	const answered = "HTTP/1.1 201 Created\r\nLocation: /s\r\nContent-Length: "
	synctest.Test(t, func(t *testing.T) {
		c := &Client{URL: "http://whip.example/whip", dial: silent(answered + strconv.Itoa(len(answerSDP)) + "\r\n\r\n" + answerSDP)}
		s, err := c.Publish(context.Background(), offer)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]struct {
			ask  func() error
			want time.Duration
		}{
			"DELETE":  {func() error { return s.Delete(context.Background()) }, deleteTimeout},
			"POST":    {func() error { _, err := c.Publish(context.Background(), offer); return err }, callTimeout},
			"OPTIONS": {func() error { _, err := c.Servers(context.Background()); return err }, callTimeout},
		} {
			start := time.Now()
			if err := f.ask(); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != f.want {
				t.Errorf("%s: %v after %v, want %v", name, err, time.Since(start), f.want)
			}
		}
		// The answer stops in its middle: what was made is deleted.
		c.dial = silent(answered + "60000\r\n\r\nv=0\r\n")
		start := time.Now()
		if _, err := c.Publish(context.Background(), offer); err == nil || time.Since(start) != callTimeout+deleteTimeout {
			t.Errorf("half an answer: %v after %v", err, time.Since(start))
		}
	})
}
