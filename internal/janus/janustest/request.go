package janustest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// deadline is for everything that Janus is asked here.
const deadline = 60 * time.Second

// retry is how long to wait for Janus before it is asked again.
const retry = 20 * time.Millisecond

// ready waits until Janus answers over HTTP and over WebSockets. What it is
// asked while it starts it may never answer.
func (j *Janus) ready(t testing.TB) {
	t.Helper()
	for _, url := range []string{j.HTTP + "/info", fmt.Sprintf("http://%v:%d/", j.Addr, wsPort)} {
		Wait(t, url, func() error {
			ctx, cancel := context.WithTimeout(t.Context(), deadline/10)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			return resp.Body.Close()
		})
	}
}

// Wait asks until the answer is nil, and fails the test after a minute.
func Wait(t testing.TB, what string, ask func() error) {
	t.Helper()
	end := time.Now().Add(deadline)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("waiting for %s: %v", what, t.Context().Err())
		case <-time.After(retry):
		}
	}
}

// Room is a VideoRoom. Its members are those of the plugin's request create.
type Room struct {
	ID         any      `json:"room"`
	PIN        string   `json:"pin,omitempty"`
	Publishers int      `json:"publishers,omitempty"` // at most; 0 is 3
	AudioCodec string   `json:"audiocodec,omitempty"`
	VideoCodec string   `json:"videocodec,omitempty"`
	VP9Profile string   `json:"vp9_profile,omitempty"`
	Record     bool     `json:"record,omitempty"`
	RecordDir  string   `json:"rec_dir,omitempty"`
	Private    bool     `json:"is_private,omitempty"`
	E2EE       bool     `json:"require_e2ee,omitempty"`
	PrivateID  bool     `json:"require_pvtid,omitempty"`
	Joining    bool     `json:"notify_joining,omitempty"`
	Allowed    []string `json:"allowed,omitempty"` // tokens
	Bitrate    int      `json:"bitrate,omitempty"`
}

// Create makes a room.
func (j *Janus) Create(t testing.TB, r Room) {
	t.Helper()
	j.Ask(t, "janus.plugin.videoroom", struct {
		Request string `json:"request"`
		Room
	}{"create", r}, nil)
}

// RecordRoom makes Janus record everyone who publishes in a room, or ends it.
func (j *Janus) RecordRoom(t testing.TB, room any, record bool) {
	t.Helper()
	j.Ask(t, "janus.plugin.videoroom", map[string]any{"request": "enable_recording", "room": room, "record": record}, nil)
}

// Ask sends a plugin a request that it answers at once, and reads the answer
// into v unless that is nil.
func (j *Janus) Ask(t testing.TB, plugin string, body, v any) {
	t.Helper()
	session := j.HTTP + "/" + j.post(t, j.HTTP, map[string]any{"janus": "create"}).id()
	handle := session + "/" + j.post(t, session, map[string]any{"janus": "attach", "plugin": plugin}).id()
	a := j.post(t, handle, map[string]any{"janus": "message", "body": body})
	var fault struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(a.Plugin.Data, &fault); err != nil || fault.Error != "" {
		t.Fatalf("%s refuses %v: %s", plugin, body, a.Plugin.Data)
	}
	if v != nil {
		if err := json.Unmarshal(a.Plugin.Data, v); err != nil {
			t.Fatalf("%s: %v", a.Plugin.Data, err)
		}
	}
	j.post(t, session, map[string]any{"janus": "destroy"})
}

type answer struct {
	Janus  string
	Data   struct{ ID uint64 }
	Plugin struct{ Data json.RawMessage } `json:"plugindata"`

	// Of the admin API.
	Sessions []uint64
	Handles  []uint64
	Info     struct {
		Plugin struct{ Type string } `json:"plugin_specific"`
	}
}

func (a answer) id() string { return fmt.Sprint(a.Data.ID) }

func (j *Janus) post(t testing.TB, url string, request map[string]any) answer {
	t.Helper()
	request["transaction"] = rand.Text()
	if j.options.APISecret != "" {
		request["apisecret"] = j.options.APISecret
	}
	b, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(b, &a); err != nil || a.Janus != "success" {
		t.Fatalf("Janus answers %s", b)
	}
	return a
}
