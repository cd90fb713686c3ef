package stream

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// A packet knows where it lies in the file, held back or not.
func TestOffset(t *testing.T) {
	file, err := os.ReadFile(corpus.Load(t, "plain-vp8-loss").File(t, "video"))
	if err != nil {
		t.Fatal(err)
	}
	src, err := mjr.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r := NewReorder(src, Options{})
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var h held
		if at := int(p.Offset); !h.parse(file[at : at+p.Size]) {
			t.Fatalf("number %d: no RTP packet at %d", p.Seq, at)
		}
		if h.header.SequenceNumber != p.Header.SequenceNumber || !bytes.Equal(h.payload, p.Payload) {
			t.Fatalf("number %d: number %d at its offset, of %d bytes", p.Seq, h.header.SequenceNumber, len(h.payload))
		}
	}
	if n := r.Report(); n.Reordered == 0 {
		t.Error("no packet was held back")
	}
}
