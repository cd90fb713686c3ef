//go:build !nonet

package main

import (
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// heartbeat tells systemd that recording has begun, that it goes on, and that
// it ends, as sd_notify(3) does. Without systemd it does nothing.
type heartbeat struct {
	r     *record.Recorder
	conn  net.Conn
	every time.Duration // 0 is never
	quit  chan struct{}
	ended sync.WaitGroup
}

func newHeartbeat(r *record.Recorder) *heartbeat {
	h := &heartbeat{r: r, quit: make(chan struct{})}
	name := os.Getenv("NOTIFY_SOCKET") // "@" in front is an abstract one, to package net as well
	if name == "" {
		return h
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return h
	}
	h.conn = conn
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if pid := os.Getenv("WATCHDOG_PID"); err == nil && usec > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		h.every = time.Duration(usec) * time.Microsecond / 2
	}
	return h
}

// connecting is a source that has to reach somebody before it records.
type connecting interface {
	// Connected is closed when it did.
	Connected() <-chan struct{}
}

// start tells that recording has begun as soon as it has, and goes on from
// there.
func (h *heartbeat) start(src source) {
	c, waits := src.(connecting)
	if !waits {
		h.say("READY=1")
	}
	h.ended.Go(func() {
		if waits {
			select {
			case <-h.quit:
				return
			case <-c.Connected():
				h.say("READY=1")
			}
		}
		h.beat()
	})
}

// beat tells that recording goes on.
func (h *heartbeat) beat() {
	if h.every <= 0 {
		return
	}
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for {
		select {
		case <-h.quit:
			return
		case <-tick.C:
			h.r.Report() // which waits for each file's lock: none is stuck
			h.say("WATCHDOG=1")
		}
	}
}

func (h *heartbeat) stop() {
	close(h.quit)
	h.ended.Wait()
	h.say("STOPPING=1")
	if h.conn != nil {
		h.conn.Close()
	}
}

// say does not wait for an answer, and there is none.
func (h *heartbeat) say(state string) {
	if h.conn != nil {
		h.conn.Write([]byte(state))
	}
}
