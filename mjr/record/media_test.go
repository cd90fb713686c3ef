package record_test

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

func TestParseMedia(t *testing.T) {
	opus := record.Track{Kind: mjr.Audio, Codec: "opus"}
	at := func(t record.Track, pt uint8) record.Track { t.PayloadType = pt; return t }
	red := at(opus, 111)
	red.REDType = 63
	fmtp := opus
	fmtp.Fmtp = "useinbandfec=1;minptime=10"
	for text, want := range map[string]record.Media{
		"udp://:5004,opus":             {Track: opus, AnyType: true, Addr: netip.MustParseAddrPort("127.0.0.1:5004")},
		"udp://localhost:5004,OPUS":    {Track: opus, AnyType: true, Addr: netip.MustParseAddrPort("127.0.0.1:5004")},
		"udp://[::]:5004,opus@111":     {Track: at(opus, 111), Addr: netip.MustParseAddrPort("[::]:5004")},
		"udp://239.1.1.1:6,opus,if=lo": {Track: opus, AnyType: true, Addr: netip.MustParseAddrPort("239.1.1.1:6"), Interface: "lo"},
		"opus@111":                     {Track: at(opus, 111)},
		"opus,pt=111,red=63":           {Track: red},
		"opus,ssrc=0xCAFE,port=9":      {Track: opus, AnyType: true, SSRC: 0xCAFE, HasSSRC: true, Addr: netip.AddrPortFrom(netip.Addr{}, 9)},
		"opus,fmtp=" + fmtp.Fmtp:       {Track: fmtp, AnyType: true},
	} {
		got, err := record.ParseMedia(mjr.Audio, text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for sin, text := range map[string]string{
		"nothing":                   "",
		"no codec":                  "udp://:5004",
		"no port":                   "udp://127.0.0.1,opus",
		"port that is too high":     "udp://:65536,opus",
		"host that is a name":       "udp://example.org:5004,opus",
		"payload type 128":          "opus@128",
		"payload type that is none": "opus@",
		"unknown word":              "opus,ptt=1",
		"SSRC of 33 bits":           "opus,ssrc=0x100000000",
		"codec of video":            "vp8@96",
	} {
		_, err := record.ParseMedia(mjr.Audio, text)
		var syntax *record.SyntaxError
		var header *mjr.HeaderError
		if !errors.As(err, &syntax) && !errors.As(err, &header) {
			t.Errorf("%s: %v", sin, err)
		}
	}
}
