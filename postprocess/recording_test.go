package postprocess

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
)

// recording is a file taken apart.
type recording struct {
	header  mjr.Header
	packets []mjr.Packet
}

func load(t testing.TB, rec, kind string) recording {
	t.Helper()
	r := mjrtest.Read(t, corpus.Load(t, rec).File(t, kind))
	return recording{r.Header, r.Packets}
}

// bytes puts it together again.
func (r recording) bytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := mjr.NewWriter(&b, r.header)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.packets {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func (r recording) input(t testing.TB) Input {
	return Input{Name: "test.mjr", R: bytes.NewReader(r.bytes(t))}
}

func timestamp(p mjr.Packet) uint32 { return binary.BigEndian.Uint32(p.Data[4:]) }

func mapped[T, U any](all []T, f func(T) U) []U {
	var m []U
	for _, v := range all {
		m = append(m, f(v))
	}
	return m
}

// generation0 is the file as Janus wrote it in 2014: no header, no received
// times, nothing of when it was.
func (r recording) generation0(kind string) Input {
	b := append([]byte("MEETECHO\x00\x05"), kind...)
	for _, p := range r.packets {
		b = append(b, "MEETECHO"...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.Data)))
		b = append(b, p.Data...)
	}
	return Input{Name: kind, R: bytes.NewReader(b)}
}
