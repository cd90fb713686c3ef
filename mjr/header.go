package mjr

import (
	"encoding/json"
	"time"
)

// Header is what a recording says of itself. A Reader fills it in; a Writer
// writes it together with the first packet.
type Header struct {
	// Version is the generation of the format: 0 (MEETECHO), 1 (MJR00001) or
	// 2 (MJR00002). A Reader judges 1 and 2 by the frames, if there are any:
	// Janus's readers take other file magics as well, and only the frames tell
	// whether received times are stored. Writers write 2 whatever it says.
	Version int
	// Kind is "t". Where the header does not tell, frames still show a data
	// channel; audio and video look alike, and that is KindUnknown.
	Kind  Kind
	Codec string // "c", in lower case; v0 files have none: opus, vp8 or text
	Fmtp  string // "f": the SDP fmtp value, verbatim
	// Description is "d": the publisher's name for the stream.
	Description string
	// Extensions is "x": RTP header extension ids (1 to 255, where Janus writes
	// 1 to 15) to their URIs. Janus lists only few of those that the packets
	// carry.
	Extensions map[int]string
	Created    time.Time // "s": when the recorder was made
	FirstFrame time.Time // "u": when the first frame was written, the zero of received time
	REDType    int       // "or": the payload type that carries RED; 0 is none
	Encrypted  bool      // "e": end-to-end encrypted
	PERC       bool      // "p": PERC Lite, as the recorder of Janus PR 933 marks it
	// Unknown holds all other members, as they were read, and the known ones
	// whose type is wrong: an "e" that is not a boolean, for one, which Janus
	// takes for clear. A Writer writes those that have other names than the
	// members above.
	Unknown map[string]json.RawMessage
	// Raw is the JSON as it was read, which scripts expect to find again as
	// the comment of a converted file; nil in v0 files.
	Raw []byte
}
