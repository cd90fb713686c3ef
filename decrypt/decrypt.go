// Package decrypt opens frames that were end-to-end encrypted before a server
// recorded them.
//
// It holds what all encryption schemes share: what is known of a frame
// without a key (Meta), what an Opener answers (Result, and the errors), the
// keys of a key file (Key, ParseKeys), the search for the key and the ratchet
// step that open a frame (Ring), and the memory of what was opened before
// (Seen). Each scheme is a package of its own below this one.
//
// Nothing in this tree can reach the network or the file system: keys come
// in as bytes, frames go out as bytes.
package decrypt

import (
	"errors"
	"fmt"
)

// Kind is the kind of medium that a frame belongs to. Several schemes choose
// tag lengths and clear bytes by it.
type Kind uint8

// The kinds of media that are encrypted by frame.
const (
	Audio Kind = iota + 1
	Video
)

// String is "audio" or "video", as in key files, and "" for neither.
func (k Kind) String() string {
	switch k {
	case Audio:
		return "audio"
	case Video:
		return "video"
	}
	return ""
}

// FrameType says whether a frame can be decoded on its own, as far as RTP
// alone tells.
type FrameType uint8

// The types of frames. Unknown is common: under many schemes only the
// plaintext tells.
const (
	Unknown FrameType = iota
	KeyFrame
	DeltaFrame
)

// Meta is what RTP alone tells of a frame.
type Meta struct {
	Kind  Kind
	Codec string // as in the recording's header, lower case
	Type  FrameType
	// SSRC and Timestamp as recorded: a server may have rewritten both.
	SSRC, Timestamp uint32
}

// SigState is what became of a frame's signature.
type SigState uint8

// The states of a signature.
const (
	Unsigned   SigState = iota
	Unverified          // signed, and no key to verify it with
	Verified
	BadSignature // the media is authentic, the signature is not
)

// Result is an opened frame.
type Result struct {
	// Plain is dst with the plaintext appended.
	Plain  []byte
	Scheme string // "sframe", "medooze", "jitsi-gcm", …
	Key    string // the kid of the key that opened it
	KID    uint64 // the key id or index that the frame names
	SSRC   uint32 // what the key or the nonce hangs on in some schemes, else 0
	Step   int    // ratchet steps after the key of the key file
	// Counter is the frame's own counter, or nil where the scheme has none
	// that must not repeat.
	Counter    uint64
	HasCounter bool
	// Nonce backs schemes whose nonce travels in the frame instead of a
	// counter; it is part of the frame that was opened, nil elsewhere.
	Nonce     []byte
	Signature SigState
	// ClearDiffers: bytes that travel in clear beside the ciphertext were
	// altered on the way; Plain has the authentic ones.
	ClearDiffers bool
	// Adopted: a key or ratchet step opened its first frame. Frames held by
	// ErrHold may open now.
	Adopted bool
	// Unauthenticated: the scheme cannot tell a wrong key from a right one
	// (XOR), so Plain may be noise.
	Unauthenticated bool
}

// Opener opens the encrypted frames of one track, in order. It keeps state
// (which key, which ratchet step), so it serves one track and one goroutine.
type Opener interface {
	// Open appends the plaintext of frame to dst, which must not overlap
	// frame. It leaves frame as it was, and keeps neither.
	//
	// On an error Result.Plain is dst, unextended. The error is, or wraps,
	// one of ErrAuth, ErrFormat, ErrClear, ErrHold or *NoKeyError.
	Open(dst, frame []byte, m Meta) (Result, error)
}

// Sealer encrypts the frames of one sender, in order.
type Sealer interface {
	// Seal appends the encrypted frame to dst, which must not overlap frame.
	Seal(dst, frame []byte, m Meta) ([]byte, error)
}

// PacketOpener opens schemes that encrypt RTP packets rather than frames
// (PERC Lite, RFC 8723). Both sides are whole RTP packets.
type PacketOpener interface {
	OpenPacket(dst, packet []byte) (Result, error)
}

// PacketFilter recognises packets that a server put between those of the
// sender, before frames are assembled (LiveKit's server-injected frames).
type PacketFilter interface {
	// Injected reports whether the server made this RTP payload. After a true
	// the rest of the same frame must be dropped as well.
	Injected(payload []byte, m Meta) bool
}

// What an Opener can answer other than a plaintext.
var (
	// ErrAuth: keys that fit were tried and the tag fits none of them: a wrong
	// key, or the frame was altered.
	ErrAuth = errors.New("not authentic")
	// ErrFormat: the bytes are not a frame of this scheme.
	ErrFormat = errors.New("not a frame of this scheme")
	// ErrClear: the frame is in clear by a rule of the scheme.
	ErrClear = errors.New("in clear")
	// ErrHold: not opened yet. The key or the ratchet step is still searched
	// for, or waits for a second frame to confirm it. Keep the frame, and open
	// it again after a Result with Adopted.
	ErrHold = errors.New("not opened yet")
)

// NoKeyError is a frame that names a key which the key file does not have.
type NoKeyError struct {
	Scheme string
	ID     uint64   // the key id or index that the frame names
	Have   []uint64 // those that the key file has for this scheme, at most 16
}

func (e *NoKeyError) Error() string {
	if len(e.Have) == 0 {
		return fmt.Sprintf("%s: no key with id %d", e.Scheme, e.ID)
	}
	return fmt.Sprintf("%s: no key with id %d (the key file has %d)", e.Scheme, e.ID, e.Have)
}
