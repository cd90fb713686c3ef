package webm

import (
	"cmp"
	"fmt"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// codec is how a track's codec is told in a TrackEntry, and how its frames lie
// in blocks.
type codec struct {
	id      string
	private []byte
	delay   time.Duration
	preRoll time.Duration
	video   *video
	audio   *audio
	framing framing
}

// newCodec describes the codec of a track, or refuses it.
func newCodec(t media.Track, doc docType) (codec, error) {
	known, ok := mjr.LookupCodec(t.Codec)
	if !ok || known.Kind == mjr.Data {
		return codec{}, unsupported(t, doc, "")
	}
	if known.Kind == mjr.Audio {
		return newAudio(t, doc)
	}
	return newVideo(t, doc)
}

func newVideo(t media.Track, doc docType) (codec, error) {
	const limit = 1 << 16
	if t.Width <= 0 || t.Height <= 0 || t.Width > limit || t.Height > limit {
		return codec{}, &media.UnsupportedError{
			What: fmt.Sprintf("%s with a picture of %d × %d in %s", t.Codec, t.Width, t.Height, doc.name),
		}
	}
	c := codec{video: &video{uint64(t.Width), uint64(t.Height)}}
	var err error
	switch t.Codec {
	case "vp8":
		c.id = "V_VP8"
	case "vp9":
		c.id = "V_VP9"
	case "av1":
		c.id, c.framing = "V_AV1", temporalUnit
		c.private, err = av1Config(t.FirstFrame)
	case "h264":
		if !doc.mkv {
			return codec{}, unsupported(t, doc, "write Matroska instead (.mkv)")
		}
		c.id, c.framing = "V_MPEG4/ISO/AVC", annexB
		c.private, err = avcConfig(t.FirstFrame)
	default:
		return codec{}, unsupported(t, doc, "")
	}
	if err != nil {
		return codec{}, &media.UnsupportedError{What: fmt.Sprintf("%s in %s: %v", t.Codec, doc.name, err)}
	}
	return c, nil
}

func newAudio(t media.Track, doc docType) (codec, error) {
	channels := max(t.Channels, 1)
	c := codec{audio: &audio{SamplingFrequency: float64(t.ClockRate), Channels: uint64(channels)}}
	switch {
	case t.Codec == "opus" && t.Channels <= 2:
		if t.Channels <= 0 {
			channels = 2 // as RTP always has it: RFC 7587, section 7
		}
		c.id, c.private = "A_OPUS", media.OpusHead(channels)
		c.audio = &audio{SamplingFrequency: 48000, Channels: uint64(channels)}
		c.delay = media.OpusPreSkip * time.Second / 48000
		c.preRoll = 80 * time.Millisecond
	case !doc.mkv || t.ClockRate <= 0 || channels > 255:
		return codec{}, unsupported(t, doc, "")
	case t.Codec == "pcmu":
		c.id, c.private = "A_MS/ACM", waveFormat(0x0007, channels, t.ClockRate)
	case t.Codec == "pcma":
		c.id, c.private = "A_MS/ACM", waveFormat(0x0006, channels, t.ClockRate)
	case t.Codec == "l16", t.Codec == "l16-48":
		c.id, c.audio.BitDepth = "A_PCM/INT/BIG", 16
	default:
		return codec{}, unsupported(t, doc, "")
	}
	return c, nil
}

// waveFormat is the WAVEFORMATEX of samples of one byte.
func waveFormat(tag uint16, channels, rate int) []byte {
	return appendLittle(nil,
		field{2, int(tag)}, field{2, channels},
		field{4, rate}, field{4, rate * channels}, // samples, bytes a second
		field{2, channels}, field{2, 8}, // bytes of all channels, bits of one
		field{2, 0}) // nothing follows
}

type field struct{ bytes, value int }

func appendLittle(b []byte, fields ...field) []byte {
	for _, f := range fields {
		for i := range f.bytes {
			b = append(b, byte(f.value>>(8*i)))
		}
	}
	return b
}

func (c *codec) entry(i int, t media.Track) trackEntry {
	e := trackEntry{
		TrackNumber: uint64(i) + 1, TrackUID: trackUID(i), TrackType: 1,
		Name: text(t.Name), Language: "und",
		CodecID: c.id, CodecPrivate: c.private,
		CodecDelay: uint64(c.delay), SeekPreRoll: uint64(c.preRoll),
		Video: c.video, Audio: c.audio,
	}
	if c.audio != nil {
		e.TrackType = 2
	}
	return e
}

func unsupported(t media.Track, doc docType, hint string) error {
	what := cmp.Or(t.Codec, "a track without a codec") + " in " + doc.name
	return &media.UnsupportedError{What: what, Hint: hint}
}
