package janus_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/mjrkit/mjrkit/internal/janus"
)

// session connects to a fake.
func session(t *testing.T, o janus.Options, serve func(f *fake)) (*janus.Session, error) {
	t.Helper()
	o.Transport = newFake(t, serve)
	if o.URL == "" {
		o.URL = "ws://janus.example/"
	}
	s, err := janus.Dial(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { _ = s.Close(context.Background()) })
	}
	return s, err
}

// handle is a handle of a fake that answers the rest as serve says.
func handle(t *testing.T, o janus.Options, serve func(f *fake)) (*janus.Session, *janus.Handle) {
	t.Helper()
	s, err := session(t, o, func(f *fake) {
		for _, a := range []string{created, attached} {
			m, ok := f.hear()
			if !ok {
				return
			}
			f.say(m, a)
		}
		serve(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Attach(t.Context(), "janus.plugin.videoroom")
	if err != nil {
		t.Fatal(err)
	}
	return s, h
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, bad := range []struct{ sin, answer string }{
		{"no JSON", `janus`},
		{"nothing", ``},
		{"an array", `[]`},
		{"a number for the kind", `{"janus":1}`},
		{"no kind", `{"transaction":"TX"}`},
		{"an error without a reason", `{"janus":"error","transaction":"TX"}`},
		{"a session without a number", `{"janus":"success","transaction":"TX"}`},
		{"a session with a text for a number", `{"janus":"success","transaction":"TX","data":{"id":"1"}}`},
		{"a session with a number of its own kind", `{"janus":"success","transaction":"TX","data":{"id":1e99}}`},
		{"a negative session", `{"janus":"success","transaction":"TX","data":{"id":-1}}`},
		{"a description of no kind", `{"janus":"event","jsep":{"type":"rollback","sdp":"v=0"}}`},
		{"a description without SDP", `{"janus":"event","jsep":{"type":"offer"}}`},
		{"JSON nested without an end", strings.Repeat("[", 100_000)},
	} {
		t.Run(bad.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := session(t, janus.Options{}, script(bad.answer))
				if !errors.Is(err, janus.ErrMessage) {
					t.Errorf("got %v, want %v", err, janus.ErrMessage)
				}
			})
		})
	}
}

func TestMessagesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := session(t, janus.Options{}, script(`{"janus":"`+strings.Repeat("x", janus.MaxMessage)+`"}`))
		if !errors.Is(err, janus.ErrLost) {
			t.Errorf("got %v, want %v", err, janus.ErrLost)
		}
	})
}

func TestBinaryMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := session(t, janus.Options{}, func(f *fake) {
			f.hear()
			_ = f.c.Write(context.Background(), websocket.MessageBinary, []byte(created))
			f.hear()
		})
		if !errors.Is(err, janus.ErrMessage) {
			t.Errorf("got %v, want %v", err, janus.ErrMessage)
		}
	})
}

func TestErrorReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := janus.Options{Secret: "pssst", Token: "ticket"}
		_, err := session(t, o, script(`{"janus":"error","transaction":"TX","error":{"code":403,"reason":"pssst is\u001b[2J wrong, so is ticket"}}`))
		var refused *janus.Error
		if !errors.As(err, &refused) || refused.Code != janus.CodeUnauthorized {
			t.Fatalf("got %v, want code 403", err)
		}
		if want := `janus refuses create: "… is\x1b[2J wrong, so is …" (403)`; err.Error() != want {
			t.Errorf("got %s, want %s", err, want)
		}
	})
}

func TestSilence(t *testing.T) {
	for _, c := range []struct {
		sin   string
		serve func(f *fake)
	}{
		{"no answer at all", script()},
		{"an answer to another request", script(`{"janus":"success","transaction":"another","data":{"id":1}}`)},
		{"an answer without a transaction", script(`{"janus":"success","data":{"id":1}}`)},
	} {
		t.Run(c.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := session(t, janus.Options{Timeout: 7 * time.Second}, c.serve)
				if passed := time.Since(began); !errors.Is(err, janus.ErrSilent) || passed != 7*time.Second {
					t.Errorf("got %v after %v, want %v after 7s", err, passed, janus.ErrSilent)
				}
			})
		})
	}
}

func TestConnecting(t *testing.T) {
	const secret = "hush"
	for _, c := range []struct {
		sin, url, want string
		serve          http.HandlerFunc
	}{
		{"a web server", "ws://u:hush@janus.example/?token=hush", "404", http.NotFound},
		{"a redirect", "ws://u:hush@janus.example/?token=hush", "302", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hush", http.StatusFound) }},
		{"another protocol", "ws://u:hush@janus.example/?token=hush", "does not speak janus-protocol", func(w http.ResponseWriter, r *http.Request) {
			if c, err := websocket.Accept(w, r, nil); err == nil {
				c.CloseNow()
			}
		}},
		{"no answer", "ws://u:hush@janus.example/?token=hush", "does not answer", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"no WebSocket", "http://u:hush@janus.example/?token=hush", "want ws://", nil},
		{"no host", "ws:///?token=hush", "want ws://", nil},
		{"no URL", "ws://hush%zz", "want ws://", nil},
	} {
		t.Run(c.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := janus.Dial(t.Context(), janus.Options{URL: c.url, Transport: newServer(t, c.serve)})
				if c.serve != nil && !errors.Is(err, janus.ErrConnect) || c.serve == nil && !errors.Is(err, janus.ErrURL) {
					t.Errorf("got %v, want %v or %v", err, janus.ErrConnect, janus.ErrURL)
				}
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secret) {
					t.Errorf("got %v, want %q and nothing secret", err, c.want)
				}
			})
		})
	}
	if _, err := janus.Dial(t.Context(), janus.Options{URL: "ws://u:hush@127.0.0.1:1/?token=hush"}); err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "u@") {
		t.Errorf("got %v, want an error with nothing secret", err)
	}
}

func TestPrintable(t *testing.T) {
	if got, want := janus.Printable("wss://u:p@janus.example:8989/janus?token=x#y"), "wss://janus.example:8989/janus"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := janus.Printable("ws://hush%zz"); strings.Contains(got, "hush") {
		t.Errorf("got %s", got)
	}
}

// TestAcknowledgements: the answer to a request is an event, whenever the
// acknowledgement comes.
func TestAcknowledgements(t *testing.T) {
	const event = `{"janus":"event","transaction":"TX","sender":2,"plugindata":{"plugin":"p","data":{"done":1}}}`
	for _, c := range []struct {
		sin     string
		answers []string
	}{
		{"before the event", []string{acked, event}},
		{"behind the event", []string{event, acked}},
		{"twice", []string{acked, acked, event}},
		{"none", []string{event}},
		{"an answer at once", []string{strings.Replace(event, "event", "success", 1)}},
	} {
		t.Run(c.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, h := handle(t, janus.Options{}, func(f *fake) {
					for {
						m, ok := f.hear()
						if !ok {
							return
						}
						for _, a := range c.answers {
							f.say(m, a)
						}
					}
				})
				for range 2 {
					r, err := h.Request(t.Context(), "test", struct{}{}, nil)
					if err != nil || string(r.Data) != `{"done":1}` {
						t.Fatalf("got %s, %v", r.Data, err)
					}
				}
			})
		})
	}
}

func TestAcknowledgementWithoutEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, h := handle(t, janus.Options{}, script(acked))
		if _, err := h.Request(t.Context(), "test", struct{}{}, nil); !errors.Is(err, janus.ErrSilent) {
			t.Errorf("got %v, want %v", err, janus.ErrSilent)
		}
	})
}

func TestPluginRefuses(t *testing.T) {
	for _, c := range []struct{ answer, want string }{
		{`{"videoroom":"event","error_code":426,"error":"No such room (5)"}`, `janus refuses test: "No such room (5)" (426)`},
		{`{"error_code":"426"}`, "not a message of janus: answer to test: member error_code is of another type at byte 19"},
		{`null`, ""},
		{`[]`, "not a message of janus: answer to test: member  is of another type at byte 1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, h := handle(t, janus.Options{}, script(`{"janus":"event","transaction":"TX","sender":2,"plugindata":{"plugin":"p","data":`+c.answer+`}}`))
			_, err := h.Request(t.Context(), "test", struct{}{}, nil)
			if got := fmt.Sprint(err); got != c.want && !(c.want == "" && err == nil) {
				t.Errorf("%s: got %v, want %s", c.answer, err, c.want)
			}
		})
	}
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, h := handle(t, janus.Options{}, func(f *fake) {
			for _, text := range []string{
				`{"janus":"webrtcup","session_id":1,"sender":2}`,
				`{"janus":"event","sender":3,"plugindata":{"data":{}}}`, // of no handle of ours
				`{"janus":"media","session_id":1,"sender":2,"mid":"v","type":"video","receiving":true}`,
				`{"janus":"slowlink","session_id":1,"sender":2,"uplink":true,"lost":9}`,
				`{"janus":"something new","session_id":1,"sender":2}`,
				`{"janus":"hangup","session_id":1,"sender":2,"reason":"DTLS alert"}`,
				`{"janus":"detached","session_id":1,"sender":2}`,
			} {
				f.say(said{}, text)
			}
			f.hear()
		})
		for i, want := range []janus.Event{
			{Kind: janus.WebRTCUp},
			{Kind: janus.MediaEvent, Type: "video", MID: "v", Receiving: true},
			{Kind: janus.SlowLink, Uplink: true, Lost: 9},
			{Kind: "something new"},
			{Kind: janus.HangUp, Reason: "DTLS alert"},
		} {
			got, err := h.Next(t.Context())
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("event %d: got %v, %v, want %v", i, got, err, want)
			}
		}
		for range 2 {
			if _, err := h.Next(t.Context()); !errors.Is(err, janus.ErrDetached) {
				t.Errorf("got %v, want %v", err, janus.ErrDetached)
			}
		}
	})
}

func TestEventsThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := handle(t, janus.Options{}, func(f *fake) {
			for range 1001 {
				f.say(said{}, `{"janus":"webrtcup","sender":2}`)
			}
			f.hear()
		})
		<-s.Done()
		if err := s.Err(); err == nil || !strings.Contains(err.Error(), "1000 events") {
			t.Errorf("got %v", err)
		}
	})
}
