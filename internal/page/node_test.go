package page

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// node runs a script of nodetest, which must succeed.
func node(t testing.TB, script string, args ...string) {
	t.Helper()
	cmd := exec.Command(corpus.Tool(t, "node"), append([]string{filepath.Join("nodetest", script)}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("node %s: %v\n%s", script, err, out)
	}
}

// TestModules runs the tests of the modules. That all of them ran is checked
// against the files, as a runner that finds none is content.
func TestModules(t *testing.T) {
	files, err := filepath.Glob("nodetest/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of the modules: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test.js"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := len(regexp.MustCompile(`(?m)^test\(`).FindAll(source, -1))
			cmd := exec.Command(corpus.Tool(t, "node"), "--test", "--test-reporter=tap", file)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := passed(out); got != want || want == 0 {
				t.Errorf("%d tests passed, %s has %d\n%s", got, file, want, out)
			}
		})
	}
}

// passed is what a run in the form TAP says of tests that passed.
func passed(out []byte) int {
	m := regexp.MustCompile(`(?m)^# pass (\d+)$`).FindSubmatch(bytes.TrimSpace(out))
	if m == nil {
		return -1
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return -1
	}
	return n
}
