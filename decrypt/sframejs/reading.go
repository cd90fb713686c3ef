package sframejs

import "github.com/mjrkit/mjrkit/decrypt"

// reading is a way to read a frame: with a number of clear bytes before the
// header, none or those of a VP8 payload header.
type reading struct {
	header
	ok     bool
	clear  int // bytes before the header
	text   int // where the ciphertext begins
	tag    int // where the tag begins
	tagLen int
	older  int // older tags behind the tag, of a signed frame
}

// The two readings of a frame.
const (
	wholly  = iota // encrypted from the first byte on
	skipped        // clear bytes first
	readings
)

const (
	tagAudio = 4
	tagVideo = 10

	clearKey   = 10 // of VP8: frame tag, start code, dimensions
	clearDelta = 3

	sigSize = 64 // ECDSA with P-256, r and s of 32 bytes
)

// clearBytes is how many bytes a sender leaves in clear that skips the VP8
// payload header, of any codec's frame.
func clearBytes(first byte) int {
	if first&1 == 0 {
		return clearKey
	}
	return clearDelta
}

// tagSize is the length of the tags of a kind of media.
func tagSize(k decrypt.Kind) int {
	if k == decrypt.Video {
		return tagVideo
	}
	return tagAudio
}

// read reads a frame with so many clear bytes.
func read(frame []byte, clear int, kind decrypt.Kind) reading {
	if clear > len(frame) {
		return reading{}
	}
	h, ok := parseHeader(frame[clear:])
	if !ok {
		return reading{}
	}
	r := reading{header: h, clear: clear, text: clear + h.size, tagLen: tagSize(kind)}
	end := len(frame)
	if h.signed {
		end -= sigSize + 1
		if end < r.text {
			return reading{}
		}
		r.older = int(frame[end])
		end -= r.older * r.tagLen
	}
	r.tag = end - r.tagLen
	r.ok = r.tag >= r.text
	return r
}
