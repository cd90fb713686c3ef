// Package replay plays recordings into new RTP sessions, still encrypted: it
// cannot hold a key, and never needs one.
//
//	OpenRecording ×n ──► NewSession ──► Player.Play ──WriteRTP──► sinks
//	(an index)           (one clock)    (next due first)
//
// A Recording is indexed once, and its packets are read from the file when
// they are due, so that any number of players share it. A Session puts the
// recordings of one call on one clock. A Player is one viewer's timeline over
// a Session: it can pause, seek, loop and change its speed.
//
// Packets go wherever a Writer takes them: to a UDP socket (UDP), to a server by
// WHIP (Publish), to a room of Janus (PublishJanus). A Server plays what is in a
// Library to viewers, each with a Player of its own, by WHEP.
//
// What leaves a Player is one unbroken RTP stream a track, whatever the
// timeline does and whatever was lost when the recording was made. Sequence
// numbers rise by one. The timestamp of a packet is the moment at which it is
// due by the clock on the wall, so that they run on through pauses and jumps.
// Picture ids go on as well. SSRC, payload type and the ids of header
// extensions are those of the new session. The media bytes are as recorded.
package replay

import "github.com/pion/rtp"

// Writer is where the packets of one track go to. The tracks of Pion's webrtc,
// v3 and v4, are Writers.
//
// The packet is the Player's: nothing of it may be kept or changed after
// WriteRTP has returned. An error ends the replay. WriteRTP is not called by
// two goroutines at once, and must not wait for one that controls the Player.
type Writer interface {
	WriteRTP(*rtp.Packet) error
}

// Sink is a Writer and what was negotiated for it.
type Sink struct {
	Writer Writer // nil: the track is not sent
	SSRC   uint32 // 0: one is chosen
	// PayloadType is that of the codec.
	PayloadType uint8
	// REDType is the payload type of RED; 0 is that the receiver has none, and
	// gets the primary encodings alone. Of a recording that is encrypted they
	// cannot be cut out: see TrackStats.Unsendable.
	REDType uint8
	// Extensions are the negotiated ids of header extensions by their URIs.
	// Only some that are of use are sent: see Forwarded.
	Extensions map[string]uint8
}
