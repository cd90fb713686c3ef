//go:build !nonet

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// senderCapture has ten packets from each sender, of payload type 111, to
// ports. It returns the file and its bytes.
func senderCapture(t *testing.T, ports ...uint16) (path string, b []byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := record.NewPcapWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	for sender, port := range ports {
		for i := range 10 {
			packet := make([]byte, 112)
			packet[0], packet[1] = 0x80, 111
			binary.BigEndian.PutUint16(packet[2:], uint16(i))
			binary.BigEndian.PutUint32(packet[8:], uint32(sender+1))
			if err := w.WriteRTP(port, packet, time.Unix(1700000000+int64(sender), int64(i)*2e7)); err != nil {
				t.Fatal(err)
			}
		}
	}
	path = filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path, out.Bytes()
}

// snap cuts the frames of a capture, as one with a short snaplen has them: all
// from the one with this number on.
func snap(b []byte, from int) []byte {
	const fileHead, frameHead, short = 24, 16, 60
	cut := bytes.Clone(b[:fileHead])
	for i, b := 0, b[fileHead:]; len(b) > 0; i++ {
		size := int(binary.LittleEndian.Uint32(b[8:]))
		frame := b[:frameHead+size]
		b = b[frameHead+size:]
		if i >= from {
			frame = bytes.Clone(frame[:frameHead+short])
			binary.LittleEndian.PutUint32(frame[8:], short)
		}
		cut = append(cut, frame...)
	}
	return cut
}

// TestRecordPcapShort: what is not all of what was asked for does not look as
// if it were.
func TestRecordPcapShort(t *testing.T) {
	one, oneBytes := senderCapture(t, 5004)
	again, _ := senderCapture(t, 5004, 5004)
	back, _ := senderCapture(t, 5004, 5006)
	write := func(name string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	frame := (len(oneBytes) - 24) / 10
	interrupted, stop := context.WithCancelCause(t.Context())
	stop(signalError{syscall.SIGINT})
	for _, tt := range []struct {
		sin  string
		ctx  context.Context
		args []string
		code int
		file bool
		said string
	}{
		{"none", t.Context(), []string{"--pcap", one, "--audio", "opus@111"}, exitOK, true, "10 packets"},
		{"interrupted", interrupted, []string{"--pcap", one, "--audio", "opus@111"}, exitNotWhole, false, "not read from frame 1 on: interrupt"},
		{"a duration", t.Context(), []string{"--pcap", one, "--audio", "opus@111", "--duration", "1h"}, exitMisused, false, "--duration is not of --pcap"},
		{"cut behind the head of a frame", t.Context(), []string{"--pcap", write("head", oneBytes[:24+9*frame+16]), "--audio", "opus@111"}, exitNotWhole, true, "not read from frame 10 on"},
		{"all frames cut", t.Context(), []string{"--pcap", write("snap", snap(oneBytes, 0)), "--audio", "opus@111"}, exitNotMJR, false, "10 frames left out that were captured without their ends"},
		{"some frames cut", t.Context(), []string{"--pcap", write("half", snap(oneBytes, 5)), "--audio", "opus@111"}, exitNotWhole, true, "5 frames in it are not whole"},
		{"another payload type", t.Context(), []string{"--pcap", one, "--audio", "opus@112"}, exitNotMJR, false, "\nmjr: payload type 111, SSRC 0x1, "},
		{"another payload type of one of two", t.Context(), []string{"--pcap", one, "--audio", "opus@111", "--video", "vp8@96"}, exitNotWhole, true, "nothing in it is of"},
		{"a sender who began anew", t.Context(), []string{"--pcap", again, "--audio", "opus@111"}, exitNotWhole, true, "hint: opus@111,port=5004 takes all that was sent there, opus@111,ssrc=0x2 one sender alone"},
		{"both directions", t.Context(), []string{"--pcap", back, "--audio", "opus@111"}, exitNotWhole, true, "hint: opus@111,port=5006"},
		{"none, as the port says which sender", t.Context(), []string{"--pcap", back, "--audio", "opus@111,port=5006"}, exitOK, true, "10 packets"},
		{"none, as the SSRC says which sender", t.Context(), []string{"--pcap", again, "--audio", "opus@111,ssrc=2"}, exitOK, true, "10 packets"},
		{"none, as the port says all of them", t.Context(), []string{"--pcap", again, "--audio", "opus@111,port=5004"}, exitOK, true, "20 packets"},
	} {
		t.Run(tt.sin, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "call")
			var out, errw bytes.Buffer
			code := run(tt.ctx, append(append([]string{"record"}, tt.args...), name), nil, &out, &errw)
			if code != tt.code || !strings.Contains("\n"+errw.String(), tt.said) {
				t.Errorf("exit code %d, want %d; want %q in\n%s", code, tt.code, tt.said, &errw)
			}
			if _, err := os.Stat(name + "-audio-0.mjr"); tt.file != (err == nil) {
				t.Errorf("the file: %v", err)
			}
		})
	}
	// A script finds the number, and what there is.
	var out bytes.Buffer
	run(t.Context(), []string{"record", "--json", "--pcap", again, "--audio", "opus@111", filepath.Join(t.TempDir(), "call")}, nil, &out, new(bytes.Buffer))
	if !strings.Contains(out.String(), `"others":10`) || !strings.Contains(out.String(), `"hint":"opus@111,port=5004`) {
		t.Errorf("%s", &out)
	}
	out.Reset()
	run(t.Context(), []string{"record", "--json", "--pcap", one, "--audio", "opus@112", filepath.Join(t.TempDir(), "call")}, nil, &out, new(bytes.Buffer))
	if !strings.Contains(out.String(), `"type":"stream","payload_type":111`) {
		t.Errorf("%s", &out)
	}
}
