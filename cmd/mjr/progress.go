package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
)

// progressOptions is how a long run shows where it is.
type progressOptions struct {
	style string
}

func (o *progressOptions) addFlags(c *cobra.Command) {
	c.Flags().StringVar(&o.style, "progress", "auto", "show progress on standard error: auto, bar, plain, json or none")
}

func (o *progressOptions) check() error {
	switch o.style {
	case "auto", "bar", "plain", "json", "none":
		return nil
	}
	return misused("--progress %s: want auto, bar, plain, json or none", o.style)
}

// How often progress is shown. A job shorter than this shows none.
const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 30 * time.Second
)

// progress counts bytes read against all there are. A nil progress counts
// nothing.
type progress struct {
	done, total atomic.Int64
	w           io.Writer
	mu          *sync.Mutex // of w
	draw        func(done, total int64) string
	erase       string
	dirty       bool
	quit        chan struct{}
	ended       sync.WaitGroup
}

// newProgress starts to show progress on the reporter's stderr, or returns nil
// where none is wanted.
func newProgress(o progressOptions, say *reporter, total int64) *progress {
	style := o.style
	if style == "auto" {
		style = "plain"
		if say.json {
			style = "none"
		} else if isTerminal(say.errw) && os.Getenv("TERM") != "dumb" {
			style = "bar"
		}
	}
	p := &progress{w: say.errw, mu: &say.mu, quit: make(chan struct{})}
	p.total.Store(total)
	every := plainEvery
	switch style {
	case "none":
		return nil
	case "bar":
		every, p.draw, p.erase = barEvery, drawBar, "\r\x1b[K"
	case "plain":
		p.draw = func(done, total int64) string { return fmt.Sprintf("mjr: %s read\n", percent(done, total)) }
	case "json":
		every = time.Second
		p.draw = func(done, total int64) string {
			return fmt.Sprintf(`{"schema":%q,"type":"progress","bytes":%d,"total":%d}`+"\n", schema, done, total)
		}
	}
	p.ended.Go(func() { p.run(every) })
	return p
}

func (p *progress) run(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
			p.mu.Lock()
			io.WriteString(p.w, p.erase+p.draw(p.done.Load(), p.total.Load()))
			p.dirty = p.erase != ""
			p.mu.Unlock()
		}
	}
}

// add counts bytes read.
func (p *progress) add(n int) {
	if p != nil {
		p.done.Add(int64(n))
	}
}

// clear takes a bar off the line before something else is printed.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dirty {
		io.WriteString(p.w, p.erase)
		p.dirty = false
	}
}

// stop ends the progress; it may be called twice.
func (p *progress) stop() {
	if p == nil {
		return
	}
	select {
	case <-p.quit:
		return
	default:
	}
	close(p.quit)
	p.ended.Wait()
	p.clear()
}

func drawBar(done, total int64) string {
	const width = 40
	full := 0
	if total > 0 {
		full = int(min(done, total) * width / total)
	}
	return fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", width-full), percent(done, total))
}

func percent(done, total int64) string {
	if total <= 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", min(done, total)*100/total)
}
