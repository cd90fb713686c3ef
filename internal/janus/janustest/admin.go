package janustest

import (
	"fmt"
	"testing"
)

// admin asks Janus's admin API, of a session and a handle where these are given.
func (j *Janus) admin(t testing.TB, request map[string]any, of ...uint64) answer {
	t.Helper()
	url := fmt.Sprintf("http://%v:%d/admin", j.Addr, adminPort)
	for _, id := range of {
		url += fmt.Sprintf("/%d", id)
	}
	request["admin_secret"] = adminSecret
	return j.post(t, url, request)
}

// AddToken makes a token for the API.
func (j *Janus) AddToken(t testing.TB, token string) {
	t.Helper()
	j.admin(t, map[string]any{"janus": "add_token", "token": token})
}

// HangUpSubscribers ends all connections over which Janus sends what others
// publish, and says how many those were.
func (j *Janus) HangUpSubscribers(t testing.TB) int {
	t.Helper()
	n := 0
	for _, s := range j.admin(t, map[string]any{"janus": "list_sessions"}).Sessions {
		for _, h := range j.admin(t, map[string]any{"janus": "list_handles"}, s).Handles {
			if j.admin(t, map[string]any{"janus": "handle_info"}, s, h).Info.Plugin.Type == "subscriber" {
				j.admin(t, map[string]any{"janus": "hangup_webrtc"}, s, h)
				n++
			}
		}
	}
	return n
}
