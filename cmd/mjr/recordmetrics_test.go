//go:build !nonet

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestMetricsFold: a file that ended a while ago has no series of its own any
// more, and sums stay what they are.
func TestMetricsFold(t *testing.T) {
	file := func(name, codec string, packets int64, done bool, err error) record.FileReport {
		return record.FileReport{Name: name, Track: record.Track{Kind: mjr.Audio, Codec: codec}, Stored: packets, Unwritten: 1, Done: done, Err: err}
	}
	open := record.Report{Files: []record.FileReport{file("a", "opus", 1, false, nil), file("b", "opus", 20, false, nil), file("c", "pcmu", 300, false, nil), file("d", "opus", 4000, false, nil)}}
	closed := record.Report{Files: []record.FileReport{file("a", "opus", 2, true, nil), file("b", "opus", 20, true, errors.New("disk")), file("c", "pcmu", 300, true, nil), file("d", "opus", 4000, false, nil)}}
	var c counters
	stored := func(r record.Report, at time.Time) (series []string, sum int64) {
		var page strings.Builder
		c.write(&page, r, at)
		for line := range strings.Lines(page.String()) {
			if rest, ok := strings.CutPrefix(line, "mjr_record_packets_stored_total"); ok {
				var n int64
				labels, value, _ := strings.Cut(rest, " ")
				fmt.Sscan(value, &n)
				series, sum = append(series, labels), sum+n
			}
		}
		if !strings.Contains(page.String(), "# TYPE mjr_record_packets_unwritten gauge\n") {
			t.Errorf("no packets that wait in\n%s", &page)
		}
		return series, sum
	}
	begin := time.Unix(1700000000, 0)
	for _, tt := range []struct {
		after  time.Duration
		report record.Report
		series string
		sum    int64
	}{
		{0, open, `{name="a",kind="audio",codec="opus"} {name="b",kind="audio",codec="opus"} {name="c",kind="audio",codec="pcmu"} {name="d",kind="audio",codec="opus"}`, 4321},
		{time.Hour, closed, `{name="a",kind="audio",codec="opus"} {name="b",kind="audio",codec="opus"} {name="c",kind="audio",codec="pcmu"} {name="d",kind="audio",codec="opus"}`, 4322},
		{time.Hour + keepEnded - 1, closed, `{name="a",kind="audio",codec="opus"} {name="b",kind="audio",codec="opus"} {name="c",kind="audio",codec="pcmu"} {name="d",kind="audio",codec="opus"}`, 4322},
		{time.Hour + keepEnded, closed, `{name="d",kind="audio",codec="opus"} {kind="audio",codec="opus"} {kind="audio",codec="pcmu"}`, 4322},
	} {
		series, sum := stored(tt.report, begin.Add(tt.after))
		if got := strings.Join(series, " "); got != tt.series || sum != tt.sum {
			t.Errorf("after %v: sum %d, want %d; series\n%s, want\n%s", tt.after, sum, tt.sum, got, tt.series)
		}
	}
	var page strings.Builder
	c.write(&page, closed, begin.Add(2*time.Hour))
	for _, want := range []string{`files_failed{kind="audio",codec="opus"} 1`, `files_failed{name="d",kind="audio",codec="opus"} 0`, `packets_unwritten{kind="audio",codec="opus"} 2`} {
		if !strings.Contains(page.String(), "\nmjr_record_"+want+"\n") {
			t.Errorf("no %s in\n%s", want, &page)
		}
	}
}

// TestMetricsHost: a page of another site cannot have its name resolve to this
// machine, and read.
func TestMetricsHost(t *testing.T) {
	h := onlyKnownHosts(hostOf("Box.example:9100"), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"localhost:9100": 200, "LocalHost": 200, "127.0.0.1:9100": 200, "192.0.2.7": 200, "[::1]:9100": 200, "[::1]": 200, "box.example:9100": 200,
		"evil.example": 421, "evil.example:9100": 421, "": 421, "localhost.evil.example": 421, "127.0.0.1.nip.io:9100": 421, "127.1": 421, "localhost.": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("host %q: status %d, want %d", host, w.Code, want)
		}
	}
}

// TestMetricsOfJanus: who comes and goes in a room is counted.
func TestMetricsOfJanus(t *testing.T) {
	s := &janusSource{status: newRecordStatus(newReporter(io.Discard, io.Discard, false))}
	for _, p := range []record.JanusPublisher{{Number: 0}, {Number: 1}, {Number: 1, Gone: true}, {Number: 1}, {Number: 0, Gone: true}} {
		s.publisher(p)
	}
	var src source = s
	if all, now := src.(publishing).Publishers(); all != 2 || now != 1 {
		t.Errorf("%d publishers, %d now; want 2 and 1", all, now)
	}
}

// TestMetricsAddress: a port that was not chosen is told, to people and to
// scripts.
func TestMetricsAddress(t *testing.T) {
	for _, json := range []bool{false, true} {
		var out, errw strings.Builder
		s, err := serveMetrics(":0", new(record.Recorder), nil, newRecordStatus(newReporter(&out, &errw, json)))
		if err != nil {
			t.Fatal(err)
		}
		_, url, _ := strings.Cut(errw.String(), "counters for Prometheus are at ")
		url = strings.TrimSuffix(url, "\n")
		if page := get(t, url); !strings.Contains(page, "mjr_record_packets_unwritten") {
			t.Errorf("%s has %q", url, page)
		}
		if want := fmt.Sprintf(`{"schema":"mjr/1","type":"metrics","url":%q}`, url); json != (out.String() == want+"\n") {
			t.Errorf("printed %q, want %q", out.String(), want)
		}
		s.stop()
	}
}
