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

	File    mjr.Report       // the container of the recording: damage, truncation
	Parts   []mjr.PartReport // all files that it is stored in; File is the first of them
	Opening PacketReport     // of per-packet schemes: before packets are ordered
	Packets stream.Report    // what became of its packets
	Frames  FrameReport

	// RTP is how long the packets last by their timestamps, Wall by the
	// received times (of data channels by the wall clock); 0 where the
	// recording has none.
	RTP, Wall time.Duration
	// Offset is how much later than the session's first recording this one
	// began, by received time and less Sync.Early.
	Offset time.Duration
	Sync   SyncReport
	// Unrelated: it began more than a day before or after the first recording
	// of the session that says when, so Offset was taken for 0.
	Unrelated bool
	// KeyFrames counts the key frames of video that opened; Width and Height
	// are the size of the first one.
	KeyFrames     int64
	Width, Height int
}

// SyncReport tells what placed a track beside the others of its sender.
type SyncReport struct {
	// BySender: sender reports did. Without them the track would lie Early
	// later, 0 to stream.Skew, because its packets were on the way for so much
	// longer than those of the least delayed track.
	BySender bool
	Early    time.Duration
	// Err is why sender reports were not used: stream.ErrNoReports where there
	// are none, or it wraps stream.ErrReports. It is nil if the track has some
	// and no other one of its sender does.
	Err error
}

// PacketReport counts the packets of a per-packet scheme by what became of
// them. Only those opened are in stream.Report.
type PacketReport struct {
	Opened    int64
	NotAuth   int64            // no key fits, or altered
	NoKey     map[uint64]int64 // names a key id that the key file lacks
	NoKeyMore int64            // the same, ids beyond the first MaxIDs
	Malformed int64            // not a packet of the scheme
	Clear     int64            // in clear
}

// MaxIDs bounds the ids listed in a NoKey.
const MaxIDs = 1024

// FrameReport counts frames by what became of them. A frame is one that the
// sender's transform made, so under VP9 each spatial layer of a picture is
// one. It has begun if a packet of it is there, and then
//
//	Begun = Incomplete + Unfit + Injected + Empty
//	      + NotAuth + NoKey (all of them) + NoKeyMore + Malformed + Clear
//	      + Replayed + BeforeKey + Unclean + Merged + Refused + Unwritten + Sealed + Written
//
// The other counters say more of the same frames.
type FrameReport struct {
	Begun   int64
	Written int64 // in the output

	Incomplete int64            // a packet of it, or the layer below it, is missing
	Unfit      int64            // all of it is there, and it cannot be assembled, or is too large
	Opened     int64            // decrypted and authentic, or taken as clear
	NotAuth    int64            // no key fits, or altered
	NoKey      map[uint64]int64 // names a key id that the key file lacks
	NoKeyMore  int64            // the same, ids beyond the first MaxIDs
	Malformed  int64            // not a frame of the scheme, or RED with wrong lengths
	Clear      int64            // in clear inside an encrypted recording, dropped
	ClearKept  int64            // the same, accepted by option
	Injected   int64            // made by the server, dropped
	Replayed   int64            // seen before with the same bytes, dropped
	Reused     int64            // a counter or nonce seen before with other bytes; kept
	Repeated   int64            // a counter seen too long ago to compare; kept
	BeforeKey  int64            // video before the first whole key frame, dropped
	Unclean    int64            // deltas after a lost frame, dropped by the option Clean
	Empty      int64            // no media in it (RED without a primary block, …)
	Merged     int64            // VP9 layers in the output as part of the frame of their picture
	Refused    int64            // the container cannot hold it
	Unwritten  int64            // usable, but the conversion failed before it was written
	Sealed     int64            // encrypted, and Inspect had nothing to open it with

	ClearDiffers    int64 // opened, but unauthenticated bytes beside it were altered
	Signatures      SignatureReport
	Scheme          string           // of the last opened frame; "" if taken as clear
	Keys            map[string]int64 // opened frames by kid
	Unauthenticated bool             // the scheme cannot tell a wrong key
	MaxStep         int              // the farthest ratchet step met
	Tries           int64            // opens spent, where the scheme counts them
	// Spans tells which keys opened frames from when to when, the first
	// MaxSpans of them; SpansMore counts the frames of the others.
	Spans     []KeySpan
	SpansMore int64
}

// MaxSpans bounds FrameReport.Spans.
const MaxSpans = 256

// KeySpan is a run of frames that one key opened at one ratchet step, not
// counting those between them that did not open. The times are those of the
// first and the last frame since the recording's first packet.
type KeySpan struct {
	Clear    bool   // no key opened them: they were accepted as clear
	Key      string // kid
	KID      uint64
	Step     int
	From, To time.Duration
	Frames   int64
}

// SignatureReport counts opened frames by their signature.
type SignatureReport struct {
	Unsigned, Unverified, Verified, Bad int64
}

// accounted is the right side of the equation.
func (r *FrameReport) accounted() int64 {
	return r.Incomplete + r.Unfit + r.Refused + r.Injected + r.Empty +
		r.NotAuth + sumIDs(r.NoKey, r.NoKeyMore) + r.Malformed + r.Clear +
		r.Replayed + r.BeforeKey + r.Unclean + r.Merged + r.Unwritten + r.Sealed + r.Written
}
