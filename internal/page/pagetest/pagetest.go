// Package pagetest drives Chromium in tests of the pages.
package pagetest

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Patience is how long a state is waited for. Machines that test are slow.
const Patience = 90 * time.Second

// Browser is one Chromium with a profile of its own, and a page in it.
type Browser struct {
	t    testing.TB
	ctx  context.Context
	pid  int
	mu   sync.Mutex
	said []string
}

// New starts Chromium, and ends it with the test. It has a fake camera and a
// fake microphone, and may use loopback addresses for WebRTC. Flags are
// Chromium's, as "name" or "name=value".
func New(t testing.TB, flags ...string) *Browser {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(corpus.Tool(t, "chromium")),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.Headless, chromedp.DisableGPU,
		chromedp.WindowSize(1000, 800),
		chromedp.WSURLReadTimeout(Patience),
	}
	for _, f := range append([]string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"use-fake-device-for-media-stream", "use-fake-ui-for-media-stream",
		"disable-features=WebRtcHideLocalIpsWithMdns", "allow-loopback-in-peer-connection",
		"disable-dev-shm-usage", "disable-background-timer-throttling", "disable-renderer-backgrounding",
	}, flags...) {
		name, value, found := strings.Cut(f, "=")
		if found {
			options = append(options, chromedp.Flag(name, value))
		} else {
			options = append(options, chromedp.Flag(name, true))
		}
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		chromedp.Cancel(ctx) // closes the browser in order, so that the profile can be removed
		cancel()
		end()
	})
	b := &Browser{t: t, ctx: ctx}
	start := chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, cdplog.Enable, cdp.Empty{})
		return err
	})
	if _, err := chromedp.Run(ctx, start); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.pid = chromedp.FromContext(ctx).Browser.Process().Pid
	return b
}

// listen notes what the page complains of.
func (b *Browser) listen(event any) {
	var text string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text = "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level != cdplog.EntryLevelError {
			return
		}
		text = "log: " + e.Entry.Text + " " + e.Entry.URL
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		text = "console:"
		for _, a := range e.Args {
			text += " " + string(a.Value) + a.Description
		}
	default:
		return
	}
	b.mu.Lock()
	b.said = append(b.said, text)
	b.mu.Unlock()
}

// Complaints are the errors and warnings of the page so far: of the console,
// exceptions that nobody caught, requests that failed.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.said...)
}

// do does an action of chromedp, which must succeed in time.
func do[T any](b *Browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, Patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("%v; the page said %q", err, b.Complaints())
	}
	return v
}

// Run does steps of chromedp, which must succeed in time.
func (b *Browser) Run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	do(b, chromedp.Steps(steps...))
}

// Open loads a page.
func (b *Browser) Open(url string) {
	b.t.Helper()
	b.Run(chromedp.Navigate(url))
}

// Before has every page that is opened from now on run a script before its own.
func (b *Browser) Before(script string) {
	b.t.Helper()
	do(b, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// Eval evaluates an expression, and waits for it if it is a promise. It is not
// bound by the page's content security policy.
func (b *Browser) Eval(expression string) {
	b.t.Helper()
	Value[chromedp.Void](b, expression)
}

// Value is Eval for those who want the value.
func Value[T any](b *Browser, expression string) T {
	b.t.Helper()
	return do(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Wait waits until an expression is true.
func (b *Browser) Wait(expression string) {
	b.t.Helper()
	late := time.After(Patience)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !Value[bool](b, "!!("+expression+")") {
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
	b.Run(chromedp.SetUploadFiles(selector, []string{path}))
}

// Screenshot is the page as PNG, all of it.
func (b *Browser) Screenshot() []byte {
	b.t.Helper()
	return do(b, chromedp.FullScreenshot(100))
}

// Context is for actions of chromedp that are not here.
func (b *Browser) Context() context.Context { return b.ctx }

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
