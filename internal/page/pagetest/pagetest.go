// Package pagetest drives browsers in tests of the pages: Chromium and Firefox.
package pagetest

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a state is waited for. Machines that test are slow.
const Patience = 90 * time.Second

// Browser is a browser with a profile of its own, and a page in it. It has a
// fake camera and a fake microphone, and may use loopback addresses for WebRTC.
type Browser struct {
	t    testing.TB
	pid  int
	does driver
	mu   sync.Mutex
	said []string
}

// driver is what every browser does in its own way.
type driver interface {
	open(ctx context.Context, url string) error
	before(ctx context.Context, script string) error
	// evaluate waits for promises. Where there is no value it is nil or null.
	evaluate(ctx context.Context, expression string) (json.RawMessage, error)
	setFile(ctx context.Context, selector, path string) error
	click(ctx context.Context, selector string) error
	// press takes names of KeyboardEvent.key.
	press(ctx context.Context, key string) error
	screenshot(ctx context.Context) ([]byte, error)
	downloads(ctx context.Context, dir string) error
}

// say notes what the page complains of.
func (b *Browser) say(text string) {
	b.mu.Lock()
	b.said = append(b.said, text)
	b.mu.Unlock()
}

// Complaints are the errors and warnings of the page so far: of the console,
// exceptions that nobody caught, and in Chromium requests that failed.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.said...)
}

// do does what must succeed in time.
func (b *Browser) do(f func(ctx context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := f(ctx); err != nil {
		b.t.Fatalf("%v; the page said %q", err, b.Complaints())
	}
}

// Open loads a page.
func (b *Browser) Open(url string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.open(ctx, url) })
}

// Before has every page that is opened from now on run a script before its own.
func (b *Browser) Before(script string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.before(ctx, script) })
}

// Eval evaluates an expression, and waits for it if it is a promise. It is not
// bound by the page's content security policy.
func (b *Browser) Eval(expression string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error {
		_, err := b.does.evaluate(ctx, expression)
		return err
	})
}

// Value is Eval for those who want the value.
func Value[T any](b *Browser, expression string) (v T) {
	b.t.Helper()
	b.do(func(ctx context.Context) error {
		value, err := b.does.evaluate(ctx, expression)
		if err != nil {
			return err
		}
		return json.Unmarshal(value, &v)
	})
	return v
}

// Wait waits until an expression is true.
func (b *Browser) Wait(expression string) {
	b.t.Helper()
	late := time.After(Patience)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !Value[bool](b, "(async () => !!(await ("+expression+")))()") {
		select {
		case <-again.C:
		case <-late:
			status := Value[string](b, `(e => e ? e.dataset.state + ": " + e.textContent : "none")(document.getElementById("status"))`)
			b.t.Fatalf("never true: %s; the status is %s; the page said %q", expression, status, b.Complaints())
		}
	}
}

// State waits until the page's status has a state.
func (b *Browser) State(state string) {
	b.t.Helper()
	b.Wait(`document.getElementById("status")?.dataset.state === ` + strconv.Quote(state))
}

// SetFile chooses a file in an <input type="file">.
func (b *Browser) SetFile(selector, path string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.setFile(ctx, selector, path) })
}

// Click does what a user's click does.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.click(ctx, selector) })
}

// Press presses a key: a character, or a name of KeyboardEvent.key.
func (b *Browser) Press(key string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.press(ctx, key) })
}

// Screenshot is the page as PNG, all of it.
func (b *Browser) Screenshot() (png []byte) {
	b.t.Helper()
	b.do(func(ctx context.Context) (err error) {
		png, err = b.does.screenshot(ctx)
		return err
	})
	return png
}

// Downloads has files that the page saves go to a folder.
func (b *Browser) Downloads(dir string) {
	b.t.Helper()
	b.do(func(ctx context.Context) error { return b.does.downloads(ctx, dir) })
}

// PIDs are the browser's process and all below it: renderers among them.
func (b *Browser) PIDs() []int {
	b.t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		b.t.Fatal(err)
	}
	parents := make(map[int]int)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it has ended
		}
		// The name in parentheses may have anything in it.
		_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
		if f := strings.Fields(rest); len(f) > 1 {
			parents[pid], _ = strconv.Atoi(f[1])
		}
	}
	var all []int
	for pid := range parents {
		for p := pid; p > 1; p = parents[p] {
			if p == b.pid {
				all = append(all, pid)
				break
			}
		}
	}
	return all
}
