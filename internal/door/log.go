package door

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A flood of bad requests must not become a flood of lines: after so many in a
// minute, the others are only counted.
const linesPerMinute = 60

// logger writes lines of printable ASCII.
type logger struct {
	to func(line string)

	mu      sync.Mutex
	since   time.Time // the start of this minute
	lines   int       // in it
	skipped int
}

func newLogger(to func(line string)) *logger {
	if to == nil {
		to = func(string) {}
	}
	return &logger{to: to}
}

func (l *logger) print(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.since) >= time.Minute {
		l.since, l.lines = now, 0
		l.tellSkipped()
	}
	if l.lines == linesPerMinute {
		l.skipped++
		return
	}
	l.lines++
	l.to(printable(line, 300))
}

// flush tells what was only counted.
func (l *logger) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tellSkipped()
}

func (l *logger) tellSkipped() {
	if l.skipped > 0 {
		l.to(fmt.Sprintf("%d more requests failed", l.skipped))
		l.skipped = 0
	}
}

// Write takes what net/http has to say.
func (l *logger) Write(b []byte) (int, error) {
	l.print(strings.TrimSpace(strings.TrimPrefix(string(b), "http: ")))
	return len(b), nil
}

// failed tells of a request: who, what, the status and why. The path of a
// session is a secret, so the pattern that matched stands for it; and where none
// did, as of a request that was refused before, what all sessions begin with.
func (l *logger) failed(r *http.Request, status int, why string) {
	path := r.URL.Path
	if r.Pattern != "" {
		path = r.Pattern[strings.IndexByte(r.Pattern, ' ')+1:]
	} else if i := strings.IndexByte(strings.TrimPrefix(path, "/"), '/'); i >= 0 {
		path = path[:i+2] + "..."
	}
	from := r.RemoteAddr
	if host, _, err := net.SplitHostPort(from); err == nil {
		from = host
	}
	if why == "" {
		why = http.StatusText(status)
	}
	l.print(fmt.Sprintf("%s %s from %s: %d %s", printable(r.Method, 20), printable(path, 80), from, status, why))
}

// printable is at most n bytes of a text, as one line of printable ASCII.
func printable(text string, n int) string {
	var b strings.Builder
	for i := 0; i < len(text) && b.Len() < n; i++ {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7F:
			b.WriteByte(c)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
