package detect

import (
	"bytes"

	"github.com/mjrkit/mjrkit/decrypt"
)

// kept is how many frames of a track's beginning a Detector keeps, and how
// many of its end.
const kept = 64

// window is the first and the last of a row.
type window[T any] struct {
	first, last []T
	n           int
}

func (w *window[T]) add(v T) {
	switch {
	case len(w.first) < kept:
		w.first = append(w.first, v)
	case len(w.last) < kept:
		w.last = append(w.last, v)
	default:
		w.last[w.n%kept] = v
	}
	w.n++
}

// stretches are the parts of the row that are there, each without a gap.
func (w *window[T]) stretches() [][]T {
	if w.n <= 2*kept {
		return [][]T{append(append([]T(nil), w.first...), w.last...)}
	}
	oldest := w.n % kept
	return [][]T{w.first, append(append([]T(nil), w.last[oldest:]...), w.last[:oldest]...)}
}

// Lengths of what is kept of a frame.
const (
	headLen = 32  // 10 clear bytes, a header of 17, some ciphertext
	tailLen = 160 // a signature and a counter of JFrame's are 141
)

// frame is what is kept of a frame: its ends.
type frame struct {
	length int
	video  bool
	head   [headLen]byte
	tail   [tailLen]byte // ends where the frame ends
}

func newFrame(b []byte, m decrypt.Meta) frame {
	b = withoutMetadata(b)
	f := frame{length: len(b), video: m.Kind == decrypt.Video}
	copy(f.head[:], b)
	if m.Codec == "h264" || m.Codec == "h265" {
		// LiveKit escapes its trailer in NAL units. A few bytes more, for those
		// that will be removed.
		b = unescaped(b[max(0, len(b)-tailLen-tailLen/2):])
	}
	b = b[max(0, len(b)-tailLen):]
	copy(f.tail[tailLen-len(b):], b)
	return f
}

// last is the frame's last n bytes.
func (f *frame) last(n int) []byte { return f.tail[tailLen-n:] }

// withoutMetadata cuts what LiveKit's clients put behind an encrypted frame:
// bytes XORed with FF, how many they are with this byte and the mark, "LKTS".
func withoutMetadata(b []byte) []byte {
	rest, ok := bytes.CutSuffix(b, []byte("LKTS"))
	if !ok || len(rest) == 0 {
		return b
	}
	n := int(rest[len(rest)-1] ^ 0xff)
	if n < 5 || n > len(b) {
		return b
	}
	return b[:len(b)-n]
}

// unescaped is b without the 03 in each 00 00 03.
func unescaped(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte{0, 0, 3}, []byte{0, 0})
}
