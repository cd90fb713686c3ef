package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

var build struct {
	once sync.Once
	path string
	err  error
}

// binary is mjr, built once for all tests of this package.
func binary(t testing.TB) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "mjr-e2e")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "mjr")
		out, err := exec.Command("go", "build", "-o", build.path, "github.com/mjrkit/mjrkit/cmd/mjr").CombinedOutput()
		if err != nil {
			build.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// command is a running mjr.
type command struct {
	t    testing.TB
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error

	mu     sync.Mutex
	lines  []string // of standard error
	events []json.RawMessage
	more   chan struct{}
}

// start runs mjr with --json among its arguments.
func start(t testing.TB, args ...string) *command {
	t.Helper()
	return run(t, exec.Command(binary(t), args...))
}

// run runs a program that prints JSON, in a process group of its own. The
// test's end kills it, if it has not ended.
func run(t testing.TB, cmd *exec.Cmd) *command {
	t.Helper()
	c := &command{t: t, cmd: cmd, done: make(chan struct{}), more: make(chan struct{}, 1)}
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := c.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for s := bufio.NewScanner(stdout); s.Scan(); {
			c.add(func() { c.events = append(c.events, append(json.RawMessage(nil), s.Bytes()...)) })
		}
	})
	reading.Go(func() {
		for s := bufio.NewScanner(stderr); s.Scan(); {
			c.add(func() { c.lines = append(c.lines, s.Text()) })
		}
	})
	go func() {
		reading.Wait()
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	t.Cleanup(func() {
		select {
		case <-c.done:
		default:
			syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
			<-c.done
		}
		if t.Failed() {
			t.Logf("%s\n%s", c.cmd, strings.Join(c.said(), "\n"))
		}
	})
	return c
}

func (c *command) add(f func()) {
	c.mu.Lock()
	f()
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// said is standard error so far.
func (c *command) said() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.lines...)
}

// event waits for a JSON line of a type, and decodes it into v.
func (c *command) event(kind string, v any) {
	c.t.Helper()
	late := time.After(pagetest.Patience)
	for {
		c.mu.Lock()
		all := c.events
		c.mu.Unlock()
		for _, e := range all {
			var head struct{ Type string }
			if json.Unmarshal(e, &head) == nil && head.Type == kind {
				if err := json.Unmarshal(e, v); err != nil {
					c.t.Fatal(err)
				}
				return
			}
		}
		select {
		case <-c.more:
		case <-c.done:
			c.t.Fatalf("%s ended before it said %q: %v\n%s", filepath.Base(c.cmd.Path), kind, c.err, strings.Join(c.said(), "\n"))
		case <-late:
			c.t.Fatalf("%s never said %q\n%s", filepath.Base(c.cmd.Path), kind, strings.Join(c.said(), "\n"))
		}
	}
}

// url waits until mjr serves, and is where.
func (c *command) url() string {
	c.t.Helper()
	var ready struct{ URL string }
	c.event("ready", &ready)
	return ready.URL
}

// stop sends the first signal, waits for the end and returns the exit code.
func (c *command) stop() int {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	return c.wait()
}

func (c *command) wait() int {
	c.t.Helper()
	select {
	case <-c.done:
	case <-time.After(pagetest.Patience):
		c.t.Fatalf("%s does not end", filepath.Base(c.cmd.Path))
	}
	return c.cmd.ProcessState.ExitCode()
}
