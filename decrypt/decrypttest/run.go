package decrypttest

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Config is a scheme as Run drives it. Opener, Sealer and Stranger make a
// fresh one at each call, so that no check sees the state of another.
type Config struct {
	// Opener opens what Sealer seals.
	Opener func(testing.TB) decrypt.Opener
	// Sealer is the sender. Its frames must open under the key as it stands
	// in the key file, without a ratchet step.
	Sealer func(testing.TB) decrypt.Sealer
	// Stranger is an Opener for the same ids with other secrets. More than one
	// key, with and without ids, makes its search the harder.
	Stranger func(testing.TB) decrypt.Opener

	// Frames are what Sealer is given; nil is all of Frames(t). Leave out
	// those that the scheme's senders refuse.
	Frames []Frame
	// Secrets must not show when an Opener or a Sealer is printed.
	Secrets [][]byte

	// Unauthenticated schemes (XOR) cannot tell a frame that was altered, or a
	// wrong key. Their results must all say so.
	Unauthenticated bool
	// Unprotected reports whether byte i of a sealed frame may be altered and
	// the frame still open: to the very same plaintext, and with ClearDiffers,
	// or a Signature that is Unverified or BadSignature. nil is none.
	Unprotected func(f Frame, sealed []byte, i int) bool
}

// check is one promise of the contract.
type check struct {
	name string
	run  func(testing.TB, Config)
}

func checks() []check {
	return []check{
		{"what was sealed opens", sealedOpens},
		{"open appends and leaves the frame", openBuffers},
		{"seal appends and leaves the frame", sealBuffers},
		{"open keeps nothing", openKeepsNothing},
		{"seal keeps nothing", sealKeepsNothing},
		{"cut frames are refused", cutFrames},
		{"altered frames are refused", alteredFrames},
		{"frames of nobody are refused", foreignFrames},
		{"wrong keys are refused", wrongKeys},
		{"a known key costs one try", knownKeyCost},
		{"wrong keys cost ten tries at most", wrongKeyCost},
		{"nothing is allocated by frame", allocations},
		{"no secret is printed", printing},
	}
}

// Run checks that a scheme keeps the contract of decrypt.Opener and
// decrypt.Sealer, a subtest each promise. As an Opener serves one track, the
// frames of each codec are a track of their own.
func Run(t *testing.T, c Config) {
	if c.Opener == nil || c.Sealer == nil || c.Stranger == nil {
		t.Fatal("decrypttest: Opener, Sealer and Stranger are needed")
	}
	if c.Frames == nil {
		c.Frames = Frames(t)
	}
	t.Run("no counter or nonce twice", func(t *testing.T) { nothingRepeats(t, c) })
	t.Run("every bit flipped", func(t *testing.T) { everyFlip(t, c) })
	t.Run("one bit of a thousand frames flipped", func(t *testing.T) { oneFlipEach(t, c) })
	for codec, frames := range c.tracks() {
		track := c
		track.Frames = frames
		t.Run(codec, func(t *testing.T) {
			for _, k := range checks() {
				t.Run(k.name, func(t *testing.T) { k.run(t, track) })
			}
		})
	}
}

// tracks are the frames by codec.
func (c Config) tracks() map[string][]Frame {
	tracks := make(map[string][]Frame)
	for _, f := range c.Frames {
		tracks[f.Meta.Codec] = append(tracks[f.Meta.Codec], f)
	}
	return tracks
}

// Packets makes an Opener of a scheme that encrypts packets: frames are then
// whole RTP packets.
func Packets(o decrypt.PacketOpener) decrypt.Opener {
	if t, ok := o.(trier); ok {
		return &triedPackets{packets{o}, t}
	}
	return &packets{o}
}

type packets struct{ o decrypt.PacketOpener }

func (p *packets) Open(dst, packet []byte, _ decrypt.Meta) (decrypt.Result, error) {
	return p.o.OpenPacket(dst, packet)
}

type triedPackets struct {
	packets
	trier
}

// trier is an Opener that counts what its search for keys cost.
type trier interface{ Tries() int64 }
