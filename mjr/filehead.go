package mjr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
)

// A file begins with eight bytes of magic, a length of 16 bits, and as many
// bytes of JSON; in generation 0 it is a word of five letters.
const (
	jsonMagic = "MJR0" // of all generations since 1, and of those to come
	fileMagic = 8
	fileHead  = fileMagic + 2
	maxFile   = fileHead + maxBody // of the header
	wordSize  = 5
)

// head is a file header as it was read.
type head struct {
	Header
	size int // in bytes
	hint int // the generation that the magic claims; -1 if none is known
	// bare: a magic alone, as Janus leaves it until the first frame comes.
	bare    bool
	problem error // what is wrong with a header that is of use all the same
}

var (
	errHeadCut  = errors.New(reasonHeadCut)
	errHeadSize = errors.New("file header has the wrong length")
	errHeadWord = errors.New("file header does not tell the kind")
)

// readHead reads the file header at the window's start, and does not consume
// it. The magic may be any: Janus's readers look at two of its bytes. With an
// error, the head tells what was found of its members all the same.
func (r *Reader) readHead() (head, error) {
	b := r.win.peek(fileHead + wordSize + beyond)
	h := head{hint: -1}
	if len(b) < fileMagic {
		return h, errHeadCut
	}
	h.Version = 2
	switch string(b[:fileMagic]) {
	case oldFrameMagic:
		h.hint, h.Version = 0, 0
	case "MJR00001":
		h.hint, h.Version = 1, 1
	case newFileMagic:
		h.hint, h.Version = 2, 2
	}
	if n := bareHead(b); n > 0 {
		h.size, h.bare = n, true
		return h, nil
	}
	if len(b) < fileHead {
		return h, errHeadCut
	}
	size := int(binary.BigEndian.Uint16(b[fileMagic:]))
	if size == wordSize && len(b) >= fileHead+wordSize && b[fileHead] != '{' {
		word := b[fileHead : fileHead+wordSize]
		err := h.readWord(string(word), r.follows(b[fileHead+wordSize:]))
		return h, err
	}
	err := h.readJSON(&r.win, fileHead+size)
	return h, err
}

// bareHead is the size of a recording that never got a frame, if b begins with
// one: the magic, or the magic and a length of 0, and then the end or the next
// of several files put together.
func bareHead(b []byte) int {
	if !begins(b, jsonMagic) && !begins(b, oldFrameMagic) {
		return 0
	}
	switch behind := b[fileMagic:]; {
	case len(behind) == 0:
		return fileMagic
	case len(behind) == 2 && string(behind) == "\x00\x00":
		return fileHead
	case len(behind) >= fileMagic && (begins(behind, jsonMagic) || begins(behind, oldFrameMagic)):
		return fileMagic
	}
	return 0
}

// readWord takes what generation 0 has instead of JSON. Of the codec readers
// have always assumed that it is what Janus then knew.
func (h *head) readWord(word string, follows bool) error {
	h.size = fileHead + wordSize
	switch old := h.hint == 0; {
	case word == "audio", old && word[0] == 'a':
		h.Kind, h.Codec = Audio, "opus"
	case word == "video", old && word[0] == 'v':
		h.Kind, h.Codec = Video, "vp8"
	case old && word[0] == 'd':
		h.Kind, h.Codec = Data, "text"
	case !follows:
		return errHeadWord
	default:
		h.problem = errHeadWord
	}
	h.Version, h.hint = 0, 0
	return nil
}

// readJSON reads the JSON of a header that claims to be size bytes. Where the
// claim is wrong, the JSON itself tells where it ends, if it is whole.
func (h *head) readJSON(win *window, size int) error {
	b := win.peek(size)
	cut := len(b) < size
	if !cut {
		if err := h.parse(b[fileHead:]); !errors.Is(err, errNoObject) {
			h.size, h.problem = size, err
			return nil
		}
	} else if win.err != io.EOF {
		return win.err
	}
	b = win.peek(maxFile)
	var raw json.RawMessage
	d := json.NewDecoder(bytes.NewReader(b[fileHead:]))
	if d.Decode(&raw) != nil || errors.Is(h.parse(raw), errNoObject) {
		if cut {
			return errHeadCut
		}
		return errNoObject
	}
	h.size, h.problem = fileHead+int(d.InputOffset()), errHeadSize
	if !frameAt(win, h.size) && h.size < size && frameAt(win, size) {
		h.size = size // there is more than JSON
	}
	return nil
}

// frameAt reports whether a frame magic stands at index i of the window.
func frameAt(win *window, i int) bool {
	b := win.peek(i + len(frameMagic))
	return len(b) == i+len(frameMagic) && string(b[i:]) == frameMagic
}

func (h *head) parse(raw []byte) error {
	version := h.Version
	var err error
	h.Header, err = parseHeader(raw)
	h.Version = version
	return err
}
