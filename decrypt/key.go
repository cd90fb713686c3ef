package decrypt

import (
	"crypto/ecdsa"
	"fmt"
)

// Secret is key material. It does not print: every verb of fmt, and JSON,
// show a placeholder.
type Secret []byte

const hidden = "[secret]"

func (Secret) String() string               { return hidden }
func (Secret) GoString() string             { return hidden }
func (Secret) Format(f fmt.State, _ rune)   { fmt.Fprint(f, hidden) }
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Key is one entry of a key file: a JSON Web Key (RFC 7517) with a member
// "e2ee" for what only encryption schemes know. Pointers are nil where the
// file says nothing.
type Key struct {
	ID     string // "kid", free text for messages; made up where it is missing
	Type   string // "kty": "oct" or "EC"
	Use    string // "use": "enc" or "sig"
	Alg    string // "alg": scheme and cipher
	Secret Secret // "k": what enters the scheme's first key derivation
	// Public is the verification key of an "EC" entry.
	Public *ecdsa.PublicKey
	// Opens is the test-only member "x-opens": names of vectors, with commas
	// between.
	Opens string

	E2EE
}

// E2EE is the member "e2ee" of a key.
type E2EE struct {
	Index  *uint64 // "key_index": the number in the frame (Jitsi, LiveKit, XOR)
	KeyID  *uint64 // "key_id": the KID, a decimal string in the file (RFC 9605, SFrame.js)
	Sender string  // "sender": participant identity
	SSRC   *uint32 // "ssrc"
	MID    string  // "mid"
	Kind   string  // "kind": "audio" or "video"

	KDF         string // "kdf": PBKDF2, HKDF, ratchet, mls, mls-cisco, per-ssrc
	Salt        *string
	RatchetSalt *string // "ratchet_salt"
	Iterations  int     // "iterations" of PBKDF2; 0 is the scheme's default

	RatchetBits int     // "ratchet_bits": R of RFC 9605, section 5.1
	Generation  uint64  // "generation"
	Epoch       *uint64 // "epoch"
	EpochBits   int     // "epoch_bits": E of RFC 9605, section 5.2
	SenderBits  int     // "sender_bits": S of the same

	Metadata      []byte  // "metadata", hex in the file: suffix of the AAD
	IVOrder       string  // "iv_order" (SFrame.js)
	SkipVP8Header *bool   // "skip_vp8_header" (SFrame.js)
	ClearHeader   *bool   // "clear_header" (XOR of webrtc/samples)
	ROC           *uint32 // "roc": start value for the per-packet schemes
	SIFTrailer    []byte  // "sif_trailer", base64url in the file (LiveKit)
	Verify        string  // "verify": kid of the key that verifies signatures
	NotBefore     int64   // "not_before", Unix seconds
	NotAfter      int64   // "not_after"
	KeyBits       int     // "key_bits": 128 or 256
	Era           string  // "era": "D" for the 3-bit key ids of JFrame
}
