package replay

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"

	"github.com/mjrkit/mjrkit/mjr"
)

// listenPair listens on a port and on another one that lies above it.
func listenPair(t *testing.T, above int) (a, b *net.UDPConn) {
	t.Helper()
	at := func(port int) (*net.UDPConn, error) {
		return net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	}
	for range 100 {
		first, err := at(0)
		if err != nil {
			t.Fatal(err)
		}
		second, err := at(first.LocalAddr().(*net.UDPAddr).Port + above)
		if err == nil {
			t.Cleanup(func() { first.Close(); second.Close() })
			return first, second
		}
		first.Close()
	}
	t.Fatal("no two ports")
	return nil, nil
}

func TestUDP(t *testing.T) {
	s := call(t, "jitsi-vp8")
	a, b := listenPair(t, 2)
	u, err := NewUDP(t.Context(), a.LocalAddr().String(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for i, conn := range []*net.UDPConn{a, b} {
		sink := u.Sinks()[i]
		for n := range 20 {
			p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: sink.PayloadType, SequenceNumber: uint16(n)}, Payload: make([]byte, 100*n)}
			if err := sink.Writer.WriteRTP(p); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 4000)
			size, err := conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := p.Marshal()
			if !bytes.Equal(buf[:size], want) {
				t.Fatalf("track %d: packet %d is not what was sent", i, n)
			}
		}
		if got := u.Addr(i).String(); got != conn.LocalAddr().String() {
			t.Errorf("track %d goes to %s", i, got)
		}
	}
	a.Close() // nobody listens: that is no error of a replay
	for range 3 {
		if err := u.Sinks()[0].Writer.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2}}); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "localhost", ":0", ":65535", ":99999", ":http", "[::1:5004"} {
		if _, err := NewUDP(t.Context(), bad, s); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := NewUDP(t.Context(), ":5004", NewSession()); err == nil {
		t.Error("a session without tracks is sent")
	}
}

// The session description is one for the library that others read it with.
func TestSDP(t *testing.T) {
	for _, c := range []struct {
		name string
		to   string
		edit func(recs []*Recording)
		want []string
	}{
		{"livekit-h264", "127.0.0.1:5004", func([]*Recording) {}, []string{
			"c=IN IP4 127.0.0.1\r\n",
			"m=audio 5004 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
			"m=video 5006 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1\r\na=extmap:13 urn:3gpp:video-orientation\r\n",
		}},
		{"plain-vp9", "[::1]:6000", func(r []*Recording) { r[1].Header.Fmtp = "profile-id=2" }, []string{
			"c=IN IP6 ::1\r\n", "a=rtpmap:97 VP9/90000\r\na=fmtp:97 profile-id=2\r\n",
		}},
		{"plain-vp9", "239.1.1.1:6000", func(r []*Recording) {
			r[0].Codec, _ = mjr.LookupCodec("g711")
			r[0].Packets.Payloads = map[uint8]int64{8: 3}
			r[1].Header.Fmtp = "profile-id=2\r\nm=audio 1 RTP/AVP 0"
		}, []string{"c=IN IP4 239.1.1.1/1\r\n", "m=audio 6000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n", "a=rtpmap:97 VP9/90000\r\na=extmap"}},
		{"plain-opus-red", "127.0.0.1:5004", func([]*Recording) {}, []string{"m=audio 5004 RTP/AVP 96\r\n"}},
		{"plain-opus-red", "127.0.0.1:5004", func(r []*Recording) { r[0].Header.Encrypted = true }, []string{
			"m=audio 5004 RTP/AVP 112 96\r\n", "a=rtpmap:112 red/48000/2\r\na=fmtp:112 96/96\r\n",
		}},
	} {
		s := call(t, c.name)
		c.edit(s.Tracks())
		u, err := NewUDP(t.Context(), c.to, s)
		if err != nil {
			t.Fatal(err)
		}
		u.Close()
		text := u.SDP()
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, text)
			}
		}
		var d sdp.SessionDescription
		if err := d.Unmarshal(text); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(d.MediaDescriptions) != len(s.Tracks()) {
			t.Errorf("%s: %d media", c.name, len(d.MediaDescriptions))
		}
		if a := netip.MustParseAddrPort(c.to); u.Addr(0) != a {
			t.Errorf("%s: sent to %v", c.name, u.Addr(0))
		}
	}
}
