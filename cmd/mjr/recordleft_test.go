//go:build !nonet

package main

import (
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestRecordLeftOut: what may have been wanted is told and makes the exit code,
// what a payload type or SSRC was given against does not.
func TestRecordLeftOut(t *testing.T) {
	const name = "call-audio-0"
	if got := shortOf(record.FileReport{Name: name, Stored: 1, Others: 500, LeftOut: 499}); len(got) != 1 ||
		got[0] != name+": 499 packets of other payload types left out: pt=N says which to record" {
		t.Errorf("%q", got)
	}
	if got := shortOf(record.FileReport{Name: name, Stored: 1, Others: 500}); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
