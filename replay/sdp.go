package replay

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/mjrkit/mjrkit/mjr"
)

// SDP describes the session to receivers (RFC 8866), as a file for ffplay or
// GStreamer.
func (u *UDP) SDP() []byte {
	var b bytes.Buffer
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	addr := u.to[0].Addr()
	family, ttl := "IP4", ""
	if addr.Is6() {
		family = "IP6"
	} else if addr.IsMulticast() {
		ttl = "/1"
	}
	line("v=0")
	line("o=- 0 0 IN %s %s", family, addr)
	line("s=mjr replay")
	line("c=IN %s %s%s", family, addr, ttl)
	line("t=0 0")
	for i, r := range u.session.recs {
		sink := u.sinks[i]
		types := fmt.Sprint(sink.PayloadType)
		if sink.REDType != 0 {
			types = fmt.Sprintf("%d %s", sink.REDType, types)
		}
		line("m=%s %d RTP/AVP %s", r.Codec.Kind, u.to[i].Port(), types)
		line("a=rtpmap:%d %s", sink.PayloadType, rtpmap(r))
		if f := fmtp(r); f != "" {
			line("a=fmtp:%d %s", sink.PayloadType, f)
		}
		if sink.REDType != 0 {
			line("a=rtpmap:%d red/%s", sink.REDType, strings.SplitN(rtpmap(r), "/", 2)[1])
			line("a=fmtp:%d %d/%d", sink.REDType, sink.PayloadType, sink.PayloadType)
		}
		for _, uri := range forwarded {
			if id := sink.Extensions[uri]; id != 0 {
				line("a=extmap:%d %s", id, uri)
			}
		}
	}
	return b.Bytes()
}

// rtpmap is the encoding of a codec as SDP has it: RFC 8866, section 6.6.
func rtpmap(r *Recording) string {
	name := codecName(r)
	encoding := strings.ToUpper(name)
	switch name {
	case "opus", "multiopus":
		encoding = name
	case "l16-48":
		encoding = "L16"
	}
	if n := r.Codec.Channels; n > 1 {
		return fmt.Sprintf("%s/%d/%d", encoding, r.Codec.ClockRate, n)
	}
	return fmt.Sprintf("%s/%d", encoding, r.Codec.ClockRate)
}

// fmtp is that of the header, unless it would make lines of its own.
func fmtp(r *Recording) string {
	f := r.Header.Fmtp
	if f == "" && r.Codec.Name == "h264" {
		return "packetization-mode=1"
	}
	control := func(c rune) bool { return c < ' ' || c == 0x7F }
	if slices.ContainsFunc([]rune(f), control) || len(f) > mjr.MaxHeader {
		return ""
	}
	return f
}
