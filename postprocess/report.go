package postprocess

import (
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// Report is what a conversion did, and what it had to leave out.
type Report struct {
	Tracks   []TrackReport
	Duration time.Duration // from the first frame's time to the last frame's end
}

// TrackReport accounts for one input. Every packet and every frame of the
// input is in exactly one of the counters.
type TrackReport struct {
	Name   string
	Header mjr.Header
	Left   bool // left out of the output: no frame of it could be used
	Why    error

	File    mjr.Report    // the container of the recording: damage, truncation
	Packets stream.Report // what became of its packets
	Frames  FrameReport
}

// FrameReport counts frames by what became of them.
type FrameReport struct {
	Written int64 // in the output

	Incomplete int64            // a packet of it is missing, or it cannot be assembled
	Opened     int64            // decrypted and authentic, or taken as clear
	NotAuth    int64            // no key fits, or altered
	NoKey      map[uint64]int64 // names a key id that the key file lacks
	Malformed  int64            // not a frame of the scheme
	Clear      int64            // in clear inside an encrypted recording, dropped
	ClearKept  int64            // the same, accepted by option
	Injected   int64            // made by the server, dropped
	Replayed   int64            // seen before with the same bytes, dropped
	Reused     int64            // a counter or nonce seen before with other bytes; kept
	Repeated   int64            // a counter seen too long ago to compare; kept
	BeforeKey  int64            // video before the first whole key frame, dropped
	Unclean    int64            // deltas after a lost frame, dropped by the option Clean
	Empty      int64            // no media in it (RED without a primary block, …)

	ClearDiffers    int64 // opened, but unauthenticated bytes beside it were altered
	Signatures      SignatureReport
	Scheme          string           // of the last opened frame; "" if taken as clear
	Keys            map[string]int64 // opened frames by kid
	Unauthenticated bool             // the scheme cannot tell a wrong key
	MaxStep         int              // the farthest ratchet step met
	Tries           int64            // opens spent, where the scheme counts them
}

// SignatureReport counts opened frames by their signature.
type SignatureReport struct {
	Unsigned, Unverified, Verified, Bad int64
}
