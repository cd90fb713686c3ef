package record

import (
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr"
)

// negotiated is what a peer connection tells of a medium.
func negotiated(in *rtc.InTrack) Track {
	kind := mjr.Video
	if in.Kind == mjr.Audio.String() {
		kind = mjr.Audio
	}
	t := Track{
		Index: in.Index, Kind: kind, Codec: in.Codec, Fmtp: in.Fmtp, MID: in.MID, RID: in.RID,
		ClockRate: in.ClockRate, PayloadType: in.PayloadType, REDType: in.REDType, Extensions: in.Extensions,
	}
	if in.RID != "" {
		t.Description = "layer " + in.RID // players show it where tracks are chosen
	}
	return t
}

// receive records a medium until it ends, or the file does, and closes the
// file. The error is what ended the file before its time.
func (f *File) receive(in *rtc.InTrack) error {
	in.OnSenderReport(f.SenderReport)
	buf := make([]byte, mjr.MaxPacket+1) // what is longer is counted as such
	for {
		n, err := in.ReadRTP(buf)
		if err != nil {
			break
		}
		if f.WriteRTP(buf[:n], time.Now()) != nil {
			break // Close tells why
		}
	}
	for range in.Foreign() {
		f.otherPacket()
	}
	return f.Close()
}
