//go:build !nonet && !nokeys

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// screen is what stands on a terminal after text was written to it: it knows
// no more sequences than the status uses, and only the height of the terminal
// is in their reach.
func screen(t *testing.T, text string, width, height int) (lines []string) {
	t.Helper()
	rows := [][]rune{nil}
	x, y := 0, 0
	down := func() {
		if y++; y == len(rows) {
			rows = append(rows, nil)
		}
	}
	for s := []rune(text); len(s) > 0; s = s[1:] {
		switch c := s[0]; c {
		case '\x1b':
			var n int
			var what rune
			if _, err := fmt.Sscanf(string(s[1:]), "[%d%c", &n, &what); err == nil && what == 'A' {
				y = max(y-n, len(rows)-height, 0)
				s = s[len(fmt.Sprintf("[%d%c", n, what)):]
			} else if strings.HasPrefix(string(s[1:]), "[J") {
				rows = rows[:y+1]
				rows[y] = rows[y][:min(x, len(rows[y]))]
				s = s[2:]
			} else {
				t.Fatalf("unknown: %q", string(s))
			}
		case '\r':
			x = 0
		case '\n':
			down()
		default:
			if x == width {
				x = 0
				down()
			}
			rows[y] = append(rows[y][:x], c)
			if x++; c > unicode.MaxLatin1 {
				rows[y] = append(rows[y], 0) // it takes two columns
				x++
			}
		}
	}
	for _, r := range rows {
		lines = append(lines, strings.ReplaceAll(string(r), "\x00", ""))
	}
	return lines
}

// statusTerminal is a status on a terminal.
type statusTerminal struct {
	*recordStatus
	t             *testing.T
	term          *terminal
	slave         *os.File
	width, height uint16
	ends          int // marks that were written
}

func newStatusTerminal(t *testing.T, width, height uint16) *statusTerminal {
	t.Helper()
	t.Setenv("TERM", "xterm")
	term, slave := newTerminal(t)
	t.Cleanup(func() { slave.Close() })
	s := &statusTerminal{newRecordStatus(newReporter(io.Discard, slave, false)), t, term, slave, 0, height, 0}
	if s.resize(width); !s.terminal {
		t.Fatal("not taken for a terminal")
	}
	return s
}

func (s *statusTerminal) resize(width uint16) {
	s.t.Helper()
	s.width = width
	if err := unix.IoctlSetWinsize(int(s.slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: s.height, Col: width}); err != nil {
		s.t.Fatal(err)
	}
}

// written waits until all that was written has come to the terminal.
func (s *statusTerminal) written() string {
	s.t.Helper()
	const end = "\a"
	io.WriteString(s.slave, end)
	s.ends++
	for deadline := time.Now().Add(time.Minute); strings.Count(s.term.text(), end) < s.ends; {
		if time.Now().After(deadline) {
			s.t.Fatalf("shown: %q", s.term.text())
		}
	}
	return strings.ReplaceAll(s.term.text(), end, "")
}

func (s *statusTerminal) shows(want ...string) {
	s.t.Helper()
	if got := screen(s.t, s.written(), int(s.width), int(s.height)); !slices.Equal(got, want) {
		s.t.Errorf("on the terminal: %q\nwant: %q", got, want)
	}
}

func reportOf(packets int64, names ...string) record.Report {
	var r record.Report
	for _, n := range names {
		r.Files = append(r.Files, record.FileReport{Name: n, Track: record.Track{Kind: mjr.Audio, Codec: "opus"}, Stored: packets, Bytes: 1000 * packets})
	}
	return r
}

// TestStatusOnTerminal: each status takes the place of the one before, and what
// is said stays.
func TestStatusOnTerminal(t *testing.T) {
	s := newStatusTerminal(t, 200, 24)
	s.line("send to %s", "here")
	s.show(reportOf(1, "a", "b"), time.Second)
	s.shows("mjr: send to here", "mjr: a opus: 1 packets, 8 kbit/s, 0 lost", "mjr: b opus: 1 packets, 8 kbit/s, 0 lost", "")
	s.warn("careful")
	s.shows("mjr: send to here", "mjr: warning: careful", "")
	s.show(reportOf(3, "a"), 2*time.Second)
	s.publisherChanged(record.PublisherChange{Publisher: 1})
	s.show(reportOf(4, "a"), time.Second)
	s.shows("mjr: send to here", "mjr: warning: careful", "mjr: publisher 2 is sending", "mjr: a opus: 4 packets, 8 kbit/s, 0 lost", "")
	(&janusSource{status: s.recordStatus}).publisher(record.JanusPublisher{Number: 1, ID: "7", Display: "Ann"})
	s.show(reportOf(5, "a"), time.Second)
	s.stop()
	s.shows("mjr: send to here", "mjr: warning: careful", "mjr: publisher 2 is sending", `mjr: publisher 2: 7 "Ann" is recorded`, "")
}

// TestStatusOnSmallTerminal: lines that are too long, or too many, do not pile
// up, also where the terminal became smaller meanwhile.
func TestStatusOnSmallTerminal(t *testing.T) {
	s := newStatusTerminal(t, 30, 6)
	names := []string{"日本語の録画の名前-audio-0", "b-audio-0", "c-audio-0", "d-audio-0", "e-audio-0", "f-audio-0"}
	s.line("first")
	for i := range int64(10) {
		s.show(reportOf(i, names...), time.Second)
	}
	s.shows("mjr: first", "mjr: 日本語の録画の名前-audio", "mjr: b-audio-0 opus: 9 packet", "mjr: c-audio-0 opus: 9 packet", "mjr: and 3 more", "")
	s.show(reportOf(10, "b"), time.Second)
	s.resize(10) // the line of 29 columns stands in three rows now
	s.warn("x")
	if got, want := s.written(), "\x1b[3A\r\x1b[Jmjr: warning: x\r\n"; !strings.HasSuffix(got, want) {
		t.Errorf("erased by %q, want %q at the end", got, want)
	}
}

// TestStatusElsewhere: what is no terminal gets lines, and no sequences.
func TestStatusElsewhere(t *testing.T) {
	var out, errw strings.Builder
	s := newRecordStatus(newReporter(&out, &errw, false))
	s.show(reportOf(1, "a"), time.Second)
	s.warn("careful")
	s.stop()
	if want := "mjr: a opus: 1 packets, 8 kbit/s, 0 lost\nmjr: warning: careful\n"; errw.String() != want || out.Len() > 0 {
		t.Errorf("said %q, want %q", errw.String(), want)
	}
	errw.Reset()
	s = newRecordStatus(newReporter(&out, &errw, true))
	s.show(reportOf(1, "a"), time.Second)
	s.stop()
	if errw.Len() > 0 || !strings.Contains(out.String(), `"type":"progress","name":"a"`) || !strings.Contains(out.String(), `"bits_per_second":8000`) {
		t.Errorf("printed %q, said %q", out.String(), errw.String())
	}
}
