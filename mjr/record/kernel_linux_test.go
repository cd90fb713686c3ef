package record_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"strings"
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
	got := l.close().Files[0]
	if got.KernelDrops < 1000 || got.Stored+got.KernelDrops != sent {
		t.Errorf("sent %d: %+v", sent, got)
	}
}

// TestKernelDropsTwice: what is dropped is told with the next packet, and again
// at the end. Each one counts once.
func TestKernelDropsTwice(t *testing.T) {
	type halt struct{ reached, free chan struct{} }
	first, second := halt{make(chan struct{}), make(chan struct{})}, halt{make(chan struct{}), make(chan struct{})}
	l := listenUDP(t, record.Options{Warn: func(s string) {
		for text, h := range map[string]halt{"are left out": first, "the sender began anew": second} {
			if strings.Contains(s, text) {
				close(h.reached)
				<-h.free
				return
			}
		}
	}}, "udp://127.0.0.1:0,vp8@111")
	const burst = 20000
	var sent, others int64
	fill := func() { // while nobody reads
		for range burst {
			l.send(0, rtp(uint16(sent), uint32(sent), 1188))
			sent++
		}
	}
	p := rtp(0, 0, 50)
	p[1] = 99 // another type, of which it warns
	l.send(0, p)
	await(t, "the first warning", first.reached)
	fill()
	close(first.free)
	waitFor(t, func() bool { // until there is room for a packet, of which it warns
		p := rtp(uint16(others), 0, 50)
		binary.BigEndian.PutUint32(p[8:], 7)
		l.send(0, p)
		others++
		select {
		case <-second.reached:
			return true
		default:
			return false
		}
	})
	fill()
	close(second.free)
	got := l.close().Files[0]
	if got.Lost < 1000 || got.KernelDrops < got.Lost+1000 || got.Stored+got.KernelDrops != sent+others {
		t.Errorf("sent %d and %d: %+v", sent, others, got)
	}
}

// TestKernelDropsWrap: the kernel counts in 32 bits.
func TestKernelDropsWrap(t *testing.T) {
	f := open(t, newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")}), audio)
	f.CountDrops(0, 10, 10, 1<<32-1, 4, 4)
	if got := f.Report().KernelDrops; got != 1<<32+4 {
		t.Errorf("%d dropped, want %d", got, int64(1<<32+4))
	}
}
