package mjr

import (
	"encoding/json"
	"time"
)

// Header is what a recording says of itself. A Reader fills it in; a Writer
// writes it together with the first packet.
type Header struct {
	// Version is the generation of the format: 0 (MEETECHO), 1 (MJR00001) or
	// 2 (MJR00002). Writers write 2 whatever it says.
	Version int
	Kind    Kind   // "t"
	Codec   string // "c", in lower case; v0 files have none: opus or vp8
	Fmtp    string // "f": the SDP fmtp value, verbatim
	// Description is "d": the publisher's name for the stream.
	Description string
	// Extensions is "x": RTP header extension ids to their URIs. Janus lists
	// only few of those that the packets carry.
	Extensions map[int]string
	Created    time.Time // "s": when the recorder was made
	FirstFrame time.Time // "u": when the first frame was written, the zero of received time
	REDType    int       // "or": the payload type that carries RED; 0 is none
	Encrypted  bool      // "e": end-to-end encrypted
	PERC       bool      // "p": PERC Lite, as the recorder of Janus PR 933 marks it
	// Unknown holds all other members, as they were read.
	Unknown map[string]json.RawMessage
	// Raw is the JSON as it was read, which scripts expect to find again as
	// the comment of a converted file; nil in v0 files.
	Raw []byte
}
