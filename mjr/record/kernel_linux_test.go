package record_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// TestKernelDrops sends more than the receive buffer holds before anybody
// reads it: what is missing is what the kernel says it dropped.
func TestKernelDrops(t *testing.T) {
	m, err := record.ParseMedia(mjr.Video, "udp://127.0.0.1:0,vp8")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := record.ListenUDP([]record.Media{m})
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{t: t, udp: udp, conn: dialer(t), r: newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")}), done: make(chan error, 1)}
	const sent = 20000
	for i := range sent {
		l.send(0, rtp(uint16(i), uint32(i), 1188))
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(t.Context())
	go func() { l.done <- udp.Run(ctx, l.r) }()
	waitFor(t, func() bool { r := l.r.Report(); return len(r.Files) == 1 && r.Files[0].Received > 0 })
	// The kernel notes at each packet how many it dropped before that one.
	last := 0
	more := func() {
		received := l.r.Report().Files[0].Received
		l.send(0, rtp(uint16(sent+last), sent+uint32(last), 1188))
		last++
		waitFor(t, func() bool { return l.r.Report().Files[0].Received > received })
	}
	for l.r.Report().Files[0].KernelDrops == 0 {
		more()
	}
	more()
	got := l.close().Files[0]
	if got.KernelDrops < 1000 || got.Lost != got.KernelDrops || got.Stored+got.Lost != sent+int64(last) {
		t.Errorf("sent %d, then %d: %+v", sent, last, got)
	}
}
