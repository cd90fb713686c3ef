package corpus

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// Tool finds a program of somebody else that a test needs.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "%s is not installed", name)
	}
	return path
}

// Missing says what this machine lacks for a test: the test is skipped by that
// name, and fails if MJR_CI is set, as CI has everything.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("MJR_CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// Run runs such a program, which must succeed.
func Run(t testing.TB, name string, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(Tool(t, name), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out.String(), errs.String())
	}
	return out.String(), errs.String()
}
