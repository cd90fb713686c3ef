package record_test

import (
	"os"
	"runtime"
	"testing"
)

// population is what a recording must not leave behind.
type population struct{ goroutines, descriptors int }

func census(t testing.TB) population {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		entries = nil // only Linux tells
	}
	return population{runtime.NumGoroutine(), len(entries)}
}

func (p population) within(q population) bool {
	return p.goroutines <= q.goroutines && p.descriptors <= q.descriptors
}
