//go:build !nonet

package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// How often a recording shows how it goes: on a terminal, and elsewhere.
const (
	terminalEvery = time.Second
	lineEvery     = time.Minute
)

// recordStatus shows a line a track while recording: on a terminal the same
// lines again and again, else new ones. All that is said meanwhile is said
// through it, so that nothing is erased, and nothing stale stands.
type recordStatus struct {
	say      *reporter
	terminal bool
	size     func() (width, height int) // of the terminal

	mu     sync.Mutex // of what is shown, and of what follows
	drawn  []int      // how wide the lines are that stand on the terminal
	before map[string]record.FileReport

	quit  chan struct{}
	ended sync.WaitGroup
}

func newRecordStatus(say *reporter) *recordStatus {
	return &recordStatus{
		say:      say,
		terminal: !say.json && isTerminal(say.errw) && os.Getenv("TERM") != "dumb",
		size:     func() (int, int) { return terminalSize(say.errw) },
		before:   make(map[string]record.FileReport),
		quit:     make(chan struct{}),
	}
}

// start shows the status of r from now on.
func (s *recordStatus) start(r *record.Recorder) {
	every := lineEvery
	if s.terminal {
		every = terminalEvery
	}
	s.ended.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-s.quit:
				return
			case <-tick.C:
				s.show(r.Report(), every)
			}
		}
	})
}

// stop leaves no line behind.
func (s *recordStatus) stop() {
	close(s.quit)
	s.ended.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
}

// line prints a line for people.
func (s *recordStatus) line(format string, a ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.say.line(format, a...)
}

// warn tells of something that ends nothing.
func (s *recordStatus) warn(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.say.warn(text)
}

// object prints a JSON line. Where nobody reads any more, recording goes on.
func (s *recordStatus) object(members any) {
	_ = s.say.object(members)
}

// show is called by one goroutine at a time.
func (s *recordStatus) show(report record.Report, passed time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, f := range report.Files {
		if f.Done {
			delete(s.before, f.Name)
			continue
		}
		rate := float64(8*(f.Bytes-s.before[f.Name].Bytes)) / passed.Seconds()
		s.before[f.Name] = f
		if s.say.json {
			j := recordJSON(f, "progress")
			j.Bitrate = int64(rate)
			s.object(j)
			continue
		}
		lines = append(lines, statusLine(f, rate))
	}
	if s.terminal {
		s.draw(lines)
		return
	}
	for _, l := range lines {
		s.say.line("%s", l)
	}
}

// statusLine is a track while it is recorded.
func statusLine(f record.FileReport, bitsPerSecond float64) string {
	words := []string{
		fmt.Sprintf("%s %s: %d packets", f.Name, f.Track.Codec, f.Stored+f.Unwritten),
		fmt.Sprintf("%.0f kbit/s", bitsPerSecond/1000),
		fmt.Sprintf("%d lost", f.Lost),
	}
	if n := f.QueueDrops + f.KernelDrops; n > 0 {
		words = append(words, fmt.Sprintf("%d dropped here", n))
	}
	if f.Track.Encrypted {
		words = append(words, "e2ee")
	}
	return strings.Join(words, ", ")
}

// recordLines is a file when it is closed.
func recordLines(f record.FileReport) []string {
	if f.Stored == 0 {
		return []string{fmt.Sprintf("warning: no packet came for %s, so there is no file", f.Name)}
	}
	line := fmt.Sprintf("%s: %s, %d packets, %s", strings.Join(f.Paths, " "), f.Track.Codec, f.Stored, f.Last.Sub(f.First).Round(time.Millisecond))
	add := func(n int64, what string) {
		if n > 0 {
			line += fmt.Sprintf(", %d %s", n, what)
		}
	}
	add(f.Lost, "lost")
	add(f.Duplicates, "duplicates dropped")
	add(f.NotRTP, "not RTP")
	add(f.Others, "of other streams left out")
	if f.Track.Encrypted {
		line += ", e2ee"
	}
	return []string{line}
}
