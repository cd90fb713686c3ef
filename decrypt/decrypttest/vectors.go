package decrypttest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Vector is one entry of a file in testdata/vectors, as its README has it.
type Vector struct {
	ID, Title, Scheme string
	Meta              decrypt.Meta // kind, codec, type; ssrc and rtp_timestamp of the params
	Plaintext         []byte       // the frame before the transform
	Encrypted         []byte       // the frame after it; nil where there is none
	// Before are encrypted frames that came before this one in its track.
	Before  [][]byte
	Packets []Packet // PERC instead of Encrypted
	Expect  Expect
	// Observation: a note on behaviour, without bytes.
	Observation bool

	params, keys json.RawMessage
}

// Expect is what must become of a vector.
type Expect struct {
	OK        bool
	Plaintext Hex
	// Error is "authentication", "no key", "too short", … or "sender", for
	// frames that the library refused to send.
	Error string
	// SignatureOK is false for a frame that is authentic but whose signature
	// is not, nil where nothing is said.
	SignatureOK   *bool `json:"signature_ok"`
	Undetectable  bool  // no authentication: other bytes come out
	ClearMismatch bool  `json:"clear_header_mismatch"`
	Injected      bool  // made by the server (LiveKit)
}

// Packet is one RTP packet of a PERC vector on its way. What a scheme does not
// have is nil.
type Packet struct {
	Original Hex `json:"original_rtp"`
	Outer    Hex `json:"outer_rtp"`
	AfterSFU Hex `json:"outer_rtp_after_sfu"`
	HopOpen  Hex `json:"hop_decrypted_rtp"`
	Inner    Hex `json:"inner_rtp_plain"`
	Payload  Hex
}

// Params decodes the vector's member "params" into v.
func (v Vector) Params(t testing.TB, into any) { decode(t, v.ID, v.params, into) }

// KeyMaterial decodes the vector's "keys" into a slice; a single "key" is a
// slice of one.
func (v Vector) KeyMaterial(t testing.TB, into any) { decode(t, v.ID, v.keys, into) }

func decode(t testing.TB, id string, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", id, err)
	}
}

// JWK is a key that stands in a vector as a JWK, for verification keys.
func JWK(t testing.TB, raw json.RawMessage) decrypt.Key {
	t.Helper()
	set, err := decrypt.ParseKeys(bytes.NewReader(raw))
	if err != nil || len(set.Keys) != 1 {
		t.Fatalf("%s: %v", raw, err)
	}
	return set.Keys[0]
}

// Vectors are the frame vectors of a file in testdata/vectors, such as
// "jitsi.json".
func Vectors(t testing.TB, file string) []Vector {
	t.Helper()
	var all struct {
		Vectors []struct {
			ID, Title, Scheme, Kind, Codec string
			Type                           string `json:"frame_type"`
			Plaintext, Encrypted           Hex
			Before                         []Hex `json:"previous_frames"`
			Packets                        []Packet
			Params, Key, Keys              json.RawMessage
			Expect                         *Expect
		}
	}
	corpus.Vectors(t, file, &all)
	if len(all.Vectors) == 0 {
		t.Fatalf("%s has no vectors", file)
	}
	var vectors []Vector
	for _, r := range all.Vectors {
		v := Vector{
			ID: r.ID, Title: r.Title, Scheme: r.Scheme, Meta: meta(t, r.Kind, r.Codec, r.Type),
			Plaintext: r.Plaintext, Encrypted: r.Encrypted, Packets: r.Packets,
			Observation: r.Expect == nil, params: r.Params, keys: r.Keys,
		}
		if r.Expect != nil {
			v.Expect = *r.Expect
		}
		if r.Key != nil {
			v.keys = json.RawMessage("[" + string(r.Key) + "]")
		}
		for _, b := range r.Before {
			v.Before = append(v.Before, b)
		}
		v.network(t)
		vectors = append(vectors, v)
	}
	return vectors
}

// network takes over what a vector's params say of the RTP header.
func (v *Vector) network(t testing.TB) {
	t.Helper()
	if v.params == nil {
		return
	}
	var p struct {
		SSRC      *Number
		Timestamp *Number `json:"rtp_timestamp"`
	}
	v.Params(t, &p)
	if p.SSRC != nil {
		v.Meta.SSRC = uint32(*p.SSRC)
	}
	if p.Timestamp != nil {
		v.Meta.Timestamp = uint32(*p.Timestamp)
	}
}

// Number is a whole number of up to 64 bits that stands in JSON as a number,
// or as a string with 0x.
type Number uint64

// UnmarshalJSON reads both forms.
func (n *Number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseUint(strings.Trim(string(b), `"`), 0, 64)
	*n = Number(v)
	return err
}
