package door

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"testing"
)

// TestStreams: a connection of HTTP/2 is told how few requests it may have
// under way at once (RFC 9113, section 6.5).
func TestStreams(t *testing.T) {
	d := serve(t, Options{Listen: "127.0.0.1:0", SelfSigned: true}, hello)
	conn, err := tls.Dial("tcp", d.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const settings, most = 4, 3
	if _, err := io.WriteString(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+"\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	var head [9]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil || head[3] != settings {
		t.Fatalf("the server begins with %x, %v", head, err)
	}
	body := make([]byte, int(head[0])<<16|int(binary.BigEndian.Uint16(head[1:])))
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	for ; len(body) >= 6; body = body[6:] {
		if binary.BigEndian.Uint16(body) == most {
			if n := binary.BigEndian.Uint32(body[2:]); n != maxStreams {
				t.Errorf("%d requests at once, want %d", n, maxStreams)
			}
			return
		}
	}
	t.Error("as many requests at once as one likes")
}
