package stream

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

func TestMissingTellsLossFromPadding(t *testing.T) {
	all := load(t, corpus.Load(t, "plain-opus-red").File(t, "audio"))
	packets, report := drain(t, &slice{packets: all}, Options{})
	behind := -1 // the first packet behind padding
	for i, p := range packets {
		if p.Missing != 0 {
			t.Errorf("packet %d: %d missing, want 0", i, p.Missing)
		}
		if i > 0 && behind < 0 && p.Seq > packets[i-1].Seq+1 {
			behind = i
		}
	}
	if report.Padding == 0 || behind < 1 {
		t.Fatal("no padding between the packets")
	}
	before := packets[behind-1].Header.SequenceNumber
	for i, p := range all {
		if binary.BigEndian.Uint16(p.Data[2:]) == before {
			all = slices.Delete(all, i, i+1)
			break
		}
	}
	packets, report = drain(t, &slice{packets: all}, Options{})
	for i, p := range packets {
		want := int64(0)
		if i == behind-1 {
			want = 1
		}
		if p.Missing != want {
			t.Errorf("without the one before the padding, packet %d: %d missing, want %d", i, p.Missing, want)
		}
	}
	if report.Lost != 1 {
		t.Errorf("%d lost, want 1", report.Lost)
	}
}
