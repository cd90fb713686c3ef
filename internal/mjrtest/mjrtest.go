// Package mjrtest reads recordings whole, for tests.
package mjrtest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// Recording is all that is in a file. Each packet has bytes of its own.
type Recording struct {
	Header  mjr.Header
	Packets []mjr.Packet
	Report  mjr.Report
}

// Read reads a whole and undamaged file.
func Read(t testing.TB, path string) Recording {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if !r.Report.Whole() {
		t.Fatalf("%s is damaged: %+v", path, r.Report.Damages)
	}
	return r
}

// Parse reads what stands in a file, also one that is damaged or still being
// written.
func Parse(b []byte) (Recording, error) {
	r, err := mjr.NewReader(bytes.NewReader(b))
	if err != nil {
		return Recording{}, err
	}
	all := Recording{Header: r.Header}
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			all.Report = r.Report()
			return all, nil
		}
		if err != nil {
			return all, err
		}
		p.Data = bytes.Clone(p.Data)
		all.Packets = append(all.Packets, p)
	}
}
