package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// New starts Chromium, and ends it with the test. Flags are Chromium's, as
// "name" or "name=value".
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
	b := &Browser{t: t, does: chromium{ctx}}
	start := chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, cdplog.Enable, cdp.Empty{})
		return err
	})
	if _, err := chromedp.Run(ctx, start); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.pid = chromedp.FromContext(ctx).Browser.Process().Pid
	return b
}

// hear notes what the page complains of.
func (b *Browser) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := "exception: " + e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		b.say(text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			b.say("log: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		text := "console:"
		for _, a := range e.Args {
			text += " " + string(a.Value) + a.Description
		}
		b.say(text)
	}
}

// Run does steps of chromedp, which must succeed in time. Only Chromium can.
func (b *Browser) Run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	c, ok := b.does.(chromium)
	if !ok {
		b.t.Fatal("these steps are Chromium's")
	}
	b.do(func(ctx context.Context) error {
		_, err := run(ctx, c, chromedp.Steps(steps...))
		return err
	})
}

// chromium drives a page by the Chrome DevTools Protocol.
type chromium struct{ page context.Context }

// run does an action on the page for as long as ctx lasts.
func run[T any](ctx context.Context, c chromium, a chromedp.Action[T]) (T, error) {
	page, cancel := context.WithCancelCause(c.page)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(ctx.Err()) })()
	return chromedp.Run(page, a)
}

func (c chromium) open(ctx context.Context, url string) error {
	_, err := run(ctx, c, chromedp.Navigate(url))
	return err
}

func (c chromium) before(ctx context.Context, script string) error {
	_, err := run(ctx, c, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
	return err
}

func (c chromium) evaluate(ctx context.Context, expression string) (json.RawMessage, error) {
	return run(ctx, c, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
}

func (c chromium) setFile(ctx context.Context, selector, path string) error {
	_, err := run(ctx, c, chromedp.SetUploadFiles(selector, []string{path}))
	return err
}

func (c chromium) click(ctx context.Context, selector string) error {
	_, err := run(ctx, c, chromedp.Click(selector))
	return err
}

func (c chromium) press(ctx context.Context, key string) error {
	for r, k := range kb.Keys {
		if k.Key == key {
			_, err := run(ctx, c, chromedp.KeyEvent(string(r)))
			return err
		}
	}
	return fmt.Errorf("no key is called %q", key)
}

func (c chromium) screenshot(ctx context.Context) ([]byte, error) {
	return run(ctx, c, chromedp.FullScreenshot(100))
}

func (c chromium) downloads(ctx context.Context, dir string) error {
	_, err := run(ctx, c, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
		})
		return err
	}))
	return err
}
