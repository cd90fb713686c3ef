package rtc

import (
	"strconv"
	"strings"

	"github.com/pion/webrtc/v4"
)

// registered are the codecs that a receiving peer takes, in the order of
// preference. Those of a browser's offer keep the payload types that it gave
// them; the ones here only tell them apart.
func registered() (audio, video []codec) {
	audio = []codec{
		{pt: 111, name: "opus", clock: 48000, channels: 2, fmtp: "minptime=10;useinbandfec=1", feedback: []string{"nack"}},
		{pt: 63, name: "red", clock: 48000, channels: 2, fmtp: "111/111"},
		{pt: 9, name: "g722", clock: 8000},
		{pt: 0, name: "pcmu", clock: 8000},
		{pt: 8, name: "pcma", clock: 8000},
	}
	pt := 35
	add := func(name, fmtp string) {
		if pt == 63 { // is RED's; then 64 to 95 are RTCP's (RFC 5761)
			pt = 96
		}
		video = append(video, codec{pt: pt, name: name, clock: 90000, fmtp: fmtp, feedback: videoFeedback()})
		pt++
		if pt == 63 {
			pt = 96
		}
		video = append(video, codec{pt: pt, name: "rtx", clock: 90000, fmtp: "apt=" + strconv.Itoa(video[len(video)-1].pt)})
		pt++
	}
	add("vp8", "")
	for _, profile := range []string{"0", "1", "2", "3"} {
		add("vp9", "profile-id="+profile)
	}
	for _, profile := range []string{"42e01f", "42001f", "4d001f", "64001f", "640c1f", "f4001f"} {
		for _, mode := range []string{"1", "0"} {
			add("h264", "level-asymmetry-allowed=1;packetization-mode="+mode+";profile-level-id="+profile)
		}
	}
	add("av1", "")
	add("av1", "profile=1")
	add("h265", "")
	return audio, video
}

func videoFeedback() []string { return []string{"ccm fir", "nack", "nack pli"} }

// mime is what Pion calls a codec.
func (c codec) mime(kind string) string {
	name := strings.ToUpper(c.name)
	switch c.name {
	case "opus", "red", "rtx":
		name = c.name
	}
	return kind + "/" + name
}

func (c codec) parameters(kind string) webrtc.RTPCodecParameters {
	p := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: c.mime(kind), ClockRate: uint32(c.clock), SDPFmtpLine: c.fmtp,
		},
		PayloadType: webrtc.PayloadType(c.pt),
	}
	if c.name == "opus" || c.name == "red" {
		p.Channels = uint16(c.channels)
	}
	for _, f := range c.feedback {
		kind, parameter, _ := strings.Cut(f, " ")
		p.RTCPFeedback = append(p.RTCPFeedback, webrtc.RTCPFeedback{Type: kind, Parameter: parameter})
	}
	return p
}

// fit tells how well a codec of an offer serves a recording: 0 is not at all.
func fit(c codec, t OutTrack) int {
	if c.name != t.Codec || c.clock != t.ClockRate {
		return 0
	}
	switch c.name {
	case "opus":
		if c.channels != 2 {
			return 0
		}
	case "vp9":
		if parameter(c.fmtp, "profile-id", "0") != parameter(t.Fmtp, "profile-id", "0") {
			return 0
		}
	case "av1":
		if parameter(c.fmtp, "profile", "0") != parameter(t.Fmtp, "profile", "0") {
			return 0
		}
	case "h264":
		return fitH264(c.fmtp, t.Fmtp)
	}
	return 1
}

// fitH264 compares by RFC 6184. A receiver of another profile may be able to
// decode it all the same; what packets look like has to be agreed on.
func fitH264(offered, recorded string) int {
	mode := parameter(recorded, "packetization-mode", "1")
	if parameter(offered, "packetization-mode", "0") != mode {
		return 0
	}
	profile := strings.ToLower(parameter(recorded, "profile-level-id", "42e01f"))
	other := strings.ToLower(parameter(offered, "profile-level-id", "420010"))
	switch {
	case other == profile:
		return 4
	case len(other) == 6 && len(profile) == 6 && other[:4] == profile[:4]:
		return 3
	case len(other) == 6 && len(profile) == 6 && other[:2] == profile[:2]:
		return 2
	}
	return 1
}

// parameter reads one of an fmtp line, as "a=1;b=2".
func parameter(fmtp, name, missing string) string {
	for _, p := range strings.Split(fmtp, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(key, name) {
			return strings.TrimSpace(value)
		}
	}
	return missing
}
