package corpus

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// Tool finds a program of somebody else that a test needs. Where it is not
// installed the test is skipped by name, and fails if MJR_CI is set: CI has
// them all.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("MJR_CI") != "" {
		t.Fatalf("%s is not installed", name)
	}
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
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
