package pagetest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// NewFirefox starts Firefox, and ends it and all its processes with the test.
// Preferences are those of about:config, each a bool, an int or a string.
func NewFirefox(t testing.TB, preferences map[string]any) *Browser {
	t.Helper()
	profile := t.TempDir()
	if err := writeProfile(profile, preferences); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(corpus.Tool(t, "firefox-esr"), "--headless", "--no-remote", "--profile", profile,
		"--width", "1000", "--height", "800", "--remote-debugging-port", "0", "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Env = append(cmd.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1", "MOZ_DATA_REPORTING=0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listens := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			if _, url, ok := strings.Cut(s.Text(), "WebDriver BiDi listening on "); ok {
				listens <- url
			}
		}
		cmd.Wait()
	}()
	b := &Browser{t: t, pid: cmd.Process.Pid}
	f := &firefox{}
	t.Cleanup(func() {
		if f.session != nil {
			f.leave(ended)
		}
		syscall.Kill(-b.pid, syscall.SIGKILL)
		<-ended
	})
	select {
	case url := <-listens:
		b.do(func(ctx context.Context) error { return f.enter(ctx, url+"/session", b.listen) })
	case <-ended:
		t.Fatalf("firefox ended before it listened: %v", cmd.ProcessState)
	case <-time.After(Patience):
		t.Fatal("firefox does not listen")
	}
	b.does = f
	return b
}

// listen notes what the page complains of.
func (b *Browser) listen(method string, params json.RawMessage) {
	var entry struct{ Type, Level, Text string }
	if method != "log.entryAdded" || json.Unmarshal(params, &entry) != nil {
		return
	}
	if entry.Level == "error" || entry.Level == "warn" {
		b.say(entry.Type + ": " + entry.Text)
	}
}

// firefox drives a page by WebDriver BiDi.
type firefox struct {
	session *bidi
	page    string // id of the browsing context
}

// enter begins a session with a page.
func (f *firefox) enter(ctx context.Context, url string, listen func(method string, params json.RawMessage)) (err error) {
	if f.session, err = dialBidi(ctx, url, listen); err != nil {
		return err
	}
	if err := f.session.call(ctx, "session.new", object{"capabilities": object{}}, nil); err != nil {
		return err
	}
	if err := f.session.call(ctx, "session.subscribe", object{"events": []string{"log.entryAdded"}}, nil); err != nil {
		return err
	}
	var made struct{ Context string }
	if err := f.session.call(ctx, "browsingContext.create", object{"type": "tab"}, &made); err != nil {
		return err
	}
	f.page = made.Context
	return nil
}

// leave closes the browser in order, so that the profile can be removed.
func (f *firefox) leave(ended <-chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if f.session.call(ctx, "browser.close", object{}, nil) == nil {
		select {
		case <-ended:
		case <-ctx.Done():
		}
	}
	f.session.close()
}

type object = map[string]any

func (f *firefox) open(ctx context.Context, url string) error {
	return f.session.call(ctx, "browsingContext.navigate", object{"context": f.page, "url": url, "wait": "complete"}, nil)
}

func (f *firefox) before(ctx context.Context, script string) error {
	return f.session.call(ctx, "script.addPreloadScript", object{"functionDeclaration": "() => {" + script + "}", "contexts": []string{f.page}}, nil)
}

func (f *firefox) evaluate(ctx context.Context, expression string) (json.RawMessage, error) {
	value, err := f.value(ctx, expression)
	if err != nil {
		return nil, err
	}
	plain, err := value.plain()
	if err != nil {
		return nil, err
	}
	return json.Marshal(plain)
}

// value evaluates an expression as a user does who clicks.
func (f *firefox) value(ctx context.Context, expression string) (value remote, err error) {
	var got struct {
		Type      string
		Result    remote
		Exception struct{ Text string } `json:"exceptionDetails"`
	}
	err = f.session.call(ctx, "script.evaluate", object{
		"expression": expression, "target": object{"context": f.page}, "awaitPromise": true,
	}, &got)
	if err == nil && got.Type == "exception" {
		err = errors.New(got.Exception.Text)
	}
	return got.Result, err
}

// node is what a selector finds, as commands take it.
func (f *firefox) node(ctx context.Context, selector string) (object, error) {
	found, err := f.value(ctx, fmt.Sprintf("document.querySelector(%q)", selector))
	if err == nil && found.SharedID == "" {
		err = fmt.Errorf("nothing is %s", selector)
	}
	return object{"sharedId": found.SharedID}, err
}
