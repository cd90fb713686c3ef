package replay

import "github.com/mjrkit/mjrkit/internal/rtc"

// peerTracks are the tracks of a Session as a peer connection offers them.
func peerTracks(s *Session) []rtc.OutTrack {
	var all []rtc.OutTrack
	for _, r := range s.Tracks() {
		all = append(all, rtc.OutTrack{
			Kind: r.Codec.Kind.String(), Codec: r.Codec.Name, Fmtp: r.Header.Fmtp, ClockRate: r.Codec.ClockRate,
			RED: r.Header.REDType > 0, Extensions: Forwarded(),
		})
	}
	return all
}

// peerSinks are what a peer connection sends, for Player.Play.
func peerSinks(outs []rtc.Out) []Sink {
	var all []Sink
	for _, o := range outs {
		if !o.Sent {
			all = append(all, Sink{})
			continue
		}
		all = append(all, Sink{Writer: o.Writer, SSRC: o.SSRC, PayloadType: o.PayloadType, REDType: o.REDType, Extensions: o.Extensions})
	}
	return all
}
