package replay

import (
	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// dependencyURI names the dependency descriptor (AOMedia, RTP Payload Format
// for AV1, appendix A), which tells frames apart under any codec.
const dependencyURI = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

// keyHint tells from what is in clear whether a packet belongs to a key frame:
// from the payload descriptor, the dependency descriptor (nil if there is
// none), the headers of NAL units, and of VP8 from its first media bytes.
//
// VP8's payload descriptor does not tell, and this is the one place where
// media bytes are looked at. Most schemes leave them in clear. Where they are
// cipher text, one frame in 2^25 looks like a key frame: it is a hint only.
func keyHint(codec string, d stream.Descriptor, dependency, payload []byte) stream.KeyHint {
	if hint := dependencyHint(dependency); hint != stream.KeyUnknown {
		return hint
	}
	if codec == "vp8" && d.Start && startsVP8Key(payload[d.Len:]) {
		return stream.IsKey
	}
	return d.Key
}

// startsVP8Key looks at the frame tag: RFC 6386, section 9.1.
//
//	size0(3) show version(3) P   size1 (8)   size2 (8)   9D 01 2A   if P is 0
func startsVP8Key(media []byte) bool {
	return len(media) >= 6 && media[0]&0x01 == 0 && media[3] == 0x9D && media[4] == 0x01 && media[5] == 0x2A
}

// dependencyHint reads the beginning of a dependency descriptor. Its structure
// is sent with key frames, and with them alone.
//
//	S E template id(6)   frame number (16)   structure present(1) …
func dependencyHint(b []byte) stream.KeyHint {
	switch {
	case len(b) < dependencyMin:
		return stream.KeyUnknown
	case len(b) > dependencyMin && b[0]&0x80 != 0 && b[3]&0x80 != 0:
		return stream.IsKey
	case b[0]&0x80 != 0:
		return stream.IsDelta
	}
	return stream.KeyUnknown
}

const dependencyMin = 3

// surelyFirst reports whether a packet behind a loss is the first one of its
// frame for certain: only then can a decoder start there.
func surelyFirst(codec string, d stream.Descriptor, dependency []byte) bool {
	if len(dependency) >= dependencyMin {
		return dependency[0]&0x80 != 0
	}
	switch codec {
	case "vp9":
		return d.Start && d.Spatial == 0
	case "av1":
		return d.Key == stream.IsKey // N is in the first packet alone
	case "h264":
		return d.Start && (d.Unit == stream.UnitAggregate || d.NALType >= 6 && d.NALType <= 9)
	case "h265":
		return d.Start && (d.Unit == stream.UnitAggregate || d.NALType >= 32)
	}
	return d.Start
}

// extensionID finds the id that a recording's header gives a URI; 0 if none.
func extensionID(ids map[int]string, uri string) uint8 {
	for id, u := range ids {
		if u == uri && id > 0 && id < 256 {
			return uint8(id)
		}
	}
	return 0
}

// extension returns a header extension, or nil.
func extension(h *rtp.Header, id uint8) []byte {
	if id == 0 {
		return nil
	}
	return h.GetExtension(id)
}
