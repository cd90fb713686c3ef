package rtc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pion/webrtc/v4"
)

// match finds for every track the codec of an offer that serves it, and sets
// up Pion with these alone, by the payload types that the offer gave them.
func match(offered []line, tracks []OutTrack) (*webrtc.MediaEngine, [][]codec, error) {
	free := map[string][]line{}
	for _, l := range offered {
		if !l.media() {
			continue
		}
		if l.direction != "recvonly" && l.direction != "sendrecv" {
			return nil, nil, fmt.Errorf("%w: its %s line %d does not receive", ErrOffer, l.kind, l.index)
		}
		free[l.kind] = append(free[l.kind], l)
	}
	plan := make([][]codec, len(tracks))
	found := false
	for i, t := range tracks {
		if len(free[t.Kind]) == 0 {
			continue
		}
		l := free[t.Kind][0]
		best, n := codec{}, 0
		for _, c := range l.codecs {
			if score := fit(c, t); score > n {
				best, n = c, score
			}
		}
		if n == 0 {
			continue
		}
		plan[i] = append(plan[i], best)
		if red := l.red(best.pt); t.RED && red != 0 {
			c, _ := l.byType(red)
			plan[i] = append(plan[i], c)
		}
		free[t.Kind] = free[t.Kind][1:]
		found = true
	}
	if !found {
		return nil, nil, ErrCodec
	}
	m, err := sending(tracks, plan)
	return m, plan, err
}

// propose chooses payload types for an offer: one for each different codec.
func propose(tracks []OutTrack) (*webrtc.MediaEngine, [][]codec, error) {
	plan := make([][]codec, len(tracks))
	var types payloadTypes
	for i, t := range tracks {
		c := codec{name: t.Codec, clock: t.ClockRate, fmtp: t.Fmtp, feedback: []string{"nack"}}
		if strings.ContainsFunc(t.Fmtp, unicode.IsControl) {
			c.fmtp = "" // whoever made the recording has no say in other lines
		}
		switch t.Codec {
		case "opus":
			c.channels = 2
		case "h264":
			if c.fmtp == "" {
				c.fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
			}
		case "pcmu", "pcma", "g722", "vp8", "vp9", "av1", "h265":
		default:
			return nil, nil, fmt.Errorf("%w: %s is none of WebRTC", ErrCodec, t.Codec)
		}
		if t.Kind == "video" {
			c.feedback = videoFeedback()
		}
		c.pt = types.of(c)
		plan[i] = []codec{c}
		if t.RED {
			red := codec{name: "red", clock: c.clock, channels: c.channels, fmtp: strconv.Itoa(c.pt) + "/" + strconv.Itoa(c.pt)}
			red.pt = types.of(red)
			plan[i] = append(plan[i], red)
		}
		if len(types) > 128-firstDynamic {
			return nil, nil, fmt.Errorf("%w: %d different ones are too many", ErrCodec, len(types))
		}
	}
	m, err := sending(tracks, plan)
	return m, plan, err
}

// firstDynamic is the first of the 32 payload types that have no fixed meaning
// (RFC 3551, section 6).
const firstDynamic = 96

// payloadTypes are the codecs that have got a payload type, in their order.
type payloadTypes []codec

func (p *payloadTypes) of(c codec) int {
	switch c.name {
	case "pcmu":
		return 0
	case "pcma":
		return 8
	case "g722":
		return 9
	}
	i := slices.IndexFunc(*p, func(o codec) bool {
		return o.name == c.name && o.clock == c.clock && o.fmtp == c.fmtp
	})
	if i < 0 {
		i = len(*p)
		*p = append(*p, c)
	}
	return firstDynamic + i
}

// sending sets up Pion with the codecs of a plan and the header extensions
// that the tracks want.
func sending(tracks []OutTrack, plan [][]codec) (*webrtc.MediaEngine, error) {
	m := new(webrtc.MediaEngine)
	for i, codecs := range plan {
		if len(codecs) == 0 {
			continue
		}
		kind := webrtc.NewRTPCodecType(tracks[i].Kind)
		for _, c := range codecs {
			c.feedback = wanted(c.feedback)
			if err := m.RegisterCodec(c.parameters(tracks[i].Kind), kind); err != nil {
				return nil, fmt.Errorf("%w: %v", ErrOffer, err)
			}
		}
		for _, uri := range tracks[i].Extensions {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind, webrtc.RTPTransceiverDirectionSendonly); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// wanted are the kinds of feedback that are understood, of those offered.
func wanted(offered []string) []string {
	var all []string
	for _, f := range offered {
		switch f {
		case "nack", "nack pli", "ccm fir":
			all = append(all, f)
		}
	}
	return all
}
