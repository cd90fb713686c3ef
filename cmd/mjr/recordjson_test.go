//go:build !nonet

package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestRecordSummary: what is missing is told in a member of its own name, once.
func TestRecordSummary(t *testing.T) {
	var out bytes.Buffer
	report := record.Report{Files: []record.FileReport{{Name: "a", Received: 9, Stored: 2, QueueDrops: 7}}}
	if code := exitCode(recordResult(newReporter(&out, io.Discard, true), report, nil)); code != exitNotWhole {
		t.Errorf("exit code %d, want %d", code, exitNotWhole)
	}
	if got, want := out.String(), `{"schema":"mjr/1","type":"summary","exit":3,"missing":["a: 7 packets dropped because the disk was too slow"]}`+"\n"; !strings.HasSuffix(got, want) {
		t.Errorf("printed %s, want %s at the end", got, want)
	}
}

// TestRecordErrorOnce: an error that ends a recording is told in one place.
func TestRecordErrorOnce(t *testing.T) {
	var out, errw bytes.Buffer
	code := run(t.Context(), []string{"record", "--json", "--janus", "ws://127.0.0.1:1", "--room", "1", filepath.Join(t.TempDir(), "call")}, nil, &out, &errw)
	if code != exitNetwork || strings.Count(out.String(), "cannot connect") != 1 || !strings.Contains(out.String(), `"type":"summary","exit":16}`) {
		t.Errorf("exit code %d, printed %s", code, &out)
	}
}
