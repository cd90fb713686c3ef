package mjr_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// What stands at a packet's offset in the file is the packet.
func TestOffset(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "plain-vp8-data"} {
		for _, path := range corpus.Load(t, name).Files {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// Damage moves all that is behind it.
			file = append(file[:len(file)/2:len(file)/2], append([]byte("garbage"), file[len(file)/2:]...)...)
			r, err := mjr.NewReader(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; ; n++ {
				p, err := r.ReadPacket()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if p.Offset <= 0 || int(p.Offset)+len(p.Data) > len(file) || !bytes.Equal(file[p.Offset:int(p.Offset)+len(p.Data)], p.Data) {
					t.Fatalf("%s: packet %d is not at %d", path, n, p.Offset)
				}
			}
			if n < 50 || r.Report().Whole() {
				t.Errorf("%s: %d packets, want 50 and damage between them", path, n)
			}
		}
	}
}
