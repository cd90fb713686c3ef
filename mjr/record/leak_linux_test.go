package record_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestNothingIsLeft: no goroutine and no descriptor outlives a recording.
func TestNothingIsLeft(t *testing.T) {
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	once := func() {
		l := listenUDP(t, record.Options{MaxDuration: time.Second}, "udp://127.0.0.1:0,opus", "udp://127.0.0.1:0,vp8")
		for i := range 20 {
			l.send(0, rtp(uint16(i), uint32(i), 50))
		}
		l.close()
		l.conn.Close()
	}
	once() // what the runtime opens for itself
	files, goroutines := descriptors(), runtime.NumGoroutine()
	for range 5 {
		once()
	}
	waitFor(t, func() bool { return descriptors() <= files && runtime.NumGoroutine() <= goroutines })
}
