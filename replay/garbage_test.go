package replay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who sends garbage gets a clear answer, and disturbs nobody.
func TestGarbageClients(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "plain-vp9")
	if err := os.WriteFile(filepath.Join(dir, "..", "secret.mjr"), []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	l, _ := shelf(t, dir)
	s := serveLibrary(t, l, func(o *ServerOptions) { o.MaxSessions = 2 })
	b := s.watch(t, "", browserOptions{})
	b.more(t, "video", 10)
	sdp := offer(t, offering(t, browserOptions{}))
	for _, c := range []struct {
		sin, method, path, kind, body string
		want                          int
	}{
		{"no such path", "GET", "/nothing", "", "", 404},
		{"path upwards", "GET", "/recordings/..%2Fsecret.mjr", "", "", 404},
		{"name of a file", "GET", "/recordings/plain-vp9", "", "", 404},
		{"name of a file to watch", "POST", "/recordings/plain-vp9-video-1.mjr/whep", "application/sdp", sdp, 404},
		{"path upwards to watch", "POST", "/recordings/..%2f..%2fsecret.mjr/whep", "application/sdp", sdp, 404},
		{"list that is deleted", "DELETE", "/recordings", "", "", 405},
		{"offer that is none", "POST", "/whep", "application/sdp", "hello", 400},
		{"offer of half a line", "POST", "/whep", "application/sdp", sdp[:40], 400},
		{"offer of another type", "POST", "/whep", "text/plain", sdp, 415},
		{"GET for POST", "GET", "/whep", "", "", 405},
		{"unknown viewer", "DELETE", "/viewers/AAAA", "", "", 404},
		{"unknown viewer's player", "GET", "/viewers/AAAA/player", "", "", 404},
		{"command to an unknown viewer", "POST", "/viewers/AAAA/player", "application/json", `{"paused":true}`, 404},
		{"command of another type", "POST", b.player, "text/plain", `{"paused":true}`, 415},
		{"command without a type", "POST", b.player, "", `{"paused":true}`, 415},
		{"command that is none", "POST", b.player, "application/json", "pause", 400},
		{"command with a typing error", "POST", b.player, "application/json", `{"pause":true}`, 400},
		{"command that is too long", "POST", b.player, "application/json", `{"paused":true` + strings.Repeat(" ", 5000) + `}`, 413},
		{"track that is not there", "POST", b.player, "application/json", `{"key_frame":{"track":2,"rtp_timestamp":1}}`, 400},
		{"track before the first", "POST", b.player, "application/json", `{"key_frame":{"track":-1,"rtp_timestamp":1}}`, 400},
		{"command by PUT", "PUT", b.player, "application/json", `{"paused":true}`, 405},
	} {
		if status, body, _ := s.call(t, c.method, c.path, c.kind, c.body); status != c.want {
			t.Errorf("%s: status %d, want %d: %s", c.sin, status, c.want, body)
		}
	}
	if st := b.status(t); st.Paused {
		t.Error("a refused command was done")
	}
	b.more(t, "video", 10)
}
