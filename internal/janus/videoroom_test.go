package janus_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mjrkit/mjrkit/internal/janus"
)

const joined = `{"janus":"event","transaction":"TX","sender":2,"plugindata":{"data":{"videoroom":"joined","room":1234,"id":7,"private_id":99,"publishers":[{"id":42,"display":"Ann","streams":[{"type":"audio","mindex":0,"mid":"a","codec":"opus"}]}]}}}`

// room is a place in a fake room.
func room(t *testing.T, o janus.RoomOptions, serve func(f *fake)) *janus.Room {
	t.Helper()
	s, err := session(t, janus.Options{}, func(f *fake) {
		for _, a := range []string{created, attached, joined} {
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
	r, err := s.Join(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := room(t, janus.RoomOptions{Room: "1234"}, script())
		if r.ID().String() != "7" || len(r.Publishers) != 1 || r.Publishers[0].ID != janus.NumberID(42) || r.Publishers[0].Streams[0].Codec != "opus" {
			t.Errorf("got %+v", r)
		}
	})
}

// TestRoomsWithStrings: where Janus has strings as ids, digits are one, too.
func TestRoomsWithStrings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rooms []string
		s, err := session(t, janus.Options{}, func(f *fake) {
			for {
				m, ok := f.hear()
				switch {
				case !ok:
					return
				case m.Janus == "create":
					f.say(m, created)
				case m.Janus == "attach":
					f.say(m, attached)
				case m.Body.Request == "join":
					rooms = append(rooms, string(m.Body.Room))
					if len(rooms) == 1 {
						f.say(m, `{"janus":"event","transaction":"TX","sender":2,"plugindata":{"data":{"videoroom":"event","error_code":430,"error":"Invalid element type (room should be a string)"}}}`)
					} else {
						f.say(m, strings.ReplaceAll(strings.ReplaceAll(joined, `:7,`, `:"7",`), `:42,`, `:"42",`))
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Join(t.Context(), janus.RoomOptions{Room: "1234"})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(rooms) != `[1234 "1234"]` {
			t.Errorf("asked for %v", rooms)
		}
		if r.Publishers[0].ID != r.FeedID("42") || r.FeedID("42") == janus.NumberID(42) {
			t.Errorf("feed %v is not %v", r.FeedID("42"), r.Publishers[0].ID)
		}
	})
}

func TestChanges(t *testing.T) {
	id := janus.NumberID(42)
	ann := []janus.Publisher{{ID: id, Display: "Ann"}}
	for _, c := range []struct {
		name, event string
		want        janus.Change
	}{
		{"a publisher", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","publishers":[{"id":42,"display":"Ann"}]}}}`, janus.Change{Publishing: ann}},
		{"no publisher any more", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","unpublished":42}}}`, janus.Change{Gone: &id}},
		{"a leave", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","leaving":42}}}`, janus.Change{Gone: &id}},
		{"a kick of another", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","kicked":42}}}`, janus.Change{Gone: &id}},
		{"a kick of us", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","leaving":"ok","reason":"kicked"}}}`, janus.Change{Ended: "we were kicked out of the room"}},
		{"our own leave", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","leaving":7}}}`, janus.Change{Ended: "we were taken out of the room"}},
		{"the end of the room", `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"destroyed","room":1234}}}`, janus.Change{Ended: "the room was destroyed"}},
		{"a hang up", `{"janus":"hangup","sender":2,"reason":"ICE failed"}`, janus.Change{Ended: `janus hung up: "ICE failed"`}},
		{"a detached handle", `{"janus":"detached","sender":2}`, janus.Change{Ended: "janus detached us from the room"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := room(t, janus.RoomOptions{Room: "1234"}, func(f *fake) {
					f.say(said{}, `{"janus":"webrtcup","sender":2}`)
					f.say(said{}, `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"talking","id":42}}}`)
					f.say(said{}, `{"janus":"event","sender":2,"plugindata":{"data":{"videoroom":"event","unpublished":"ok"}}}`)
					f.say(said{}, c.event)
					f.hear()
				})
				got, err := r.Next(t.Context())
				if err != nil || fmt.Sprint(got.Publishing, got.Ended) != fmt.Sprint(c.want.Publishing, c.want.Ended) || (got.Gone == nil) != (c.want.Gone == nil) || got.Gone != nil && *got.Gone != *c.want.Gone {
					t.Errorf("got %+v, %v, want %+v", got, err, c.want)
				}
			})
		})
	}
}

func TestRoomsThatAreNone(t *testing.T) {
	for _, bad := range []struct{ sin, data string }{
		{"not joined", `{"videoroom":"event","room":1234}`},
		{"no id", `{"videoroom":"joined"}`},
		{"a fraction as an id", `{"videoroom":"joined","id":1.5}`},
		{"a negative id", `{"videoroom":"joined","id":-1}`},
		{"an object as an id", `{"videoroom":"joined","id":{}}`},
		{"publishers without end", `{"videoroom":"joined","id":1,"publishers":[` + strings.Repeat(`{},`, 1000) + `{}]}`},
		{"a text for publishers", `{"videoroom":"joined","id":1,"publishers":"all"}`},
	} {
		t.Run(bad.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := session(t, janus.Options{}, script(created, attached, `{"janus":"event","transaction":"TX","sender":2,"plugindata":{"data":`+bad.data+`}}`))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Join(t.Context(), janus.RoomOptions{Room: "1234"}); !errors.Is(err, janus.ErrMessage) {
					t.Errorf("got %v, want %v", err, janus.ErrMessage)
				}
			})
		})
	}
}

func TestSecretsOfRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := session(t, janus.Options{}, script(created, attached,
			`{"janus":"event","transaction":"TX","sender":2,"plugindata":{"data":{"error_code":433,"error":"sesame and ticket are wrong"}}}`, acked))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Join(t.Context(), janus.RoomOptions{Room: "1234", PIN: "sesame", Token: "ticket"})
		if want := `janus refuses join: "… and … are wrong" (433)`; fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestSubscriptions(t *testing.T) {
	const offer = `"jsep":{"type":"offer","sdp":"v=0","e2ee":true}`
	for _, c := range []struct {
		sin, answer, want string
	}{
		{"none: it is right", `"plugindata":{"data":{"videoroom":"attached","streams":[{"type":"video","mindex":0,"mid":"0","feed_id":42,"feed_mid":"v"}]}},` + offer, ""},
		{"none: Janus before 1.0", `"plugindata":{"data":{"videoroom":"attached","id":42}},` + offer, ""},
		{"no offer", `"plugindata":{"data":{"videoroom":"attached"}}`, "without an offer"},
		{"an answer for an offer", `"plugindata":{"data":{"videoroom":"attached"}},"jsep":{"type":"answer","sdp":"v=0"}`, "without an offer"},
		{"another event", `"plugindata":{"data":{"videoroom":"joined"}},` + offer, "answer to subscribing"},
		{"no such feed", `"plugindata":{"data":{"videoroom":"event","error_code":428,"error":"No such feed (42)"}}`, "No such feed"},
	} {
		t.Run(c.sin, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := room(t, janus.RoomOptions{Room: "1234"}, script(
					`{"janus":"success","transaction":"TX","session_id":1,"data":{"id":3}}`,
					`{"janus":"event","transaction":"TX","sender":3,`+c.answer+`}`,
					`{"janus":"event","transaction":"TX","sender":3,"plugindata":{"data":{"started":"ok"}}}`,
					acked))
				sub, err := r.Subscribe(t.Context(), janus.NumberID(42))
				if c.want != "" {
					if err == nil || !strings.Contains(err.Error(), c.want) {
						t.Errorf("got %v, want %q", err, c.want)
					}
					return
				}
				if err != nil || !sub.Offer.E2EE {
					t.Fatalf("got %+v, %v", sub, err)
				}
				if err := sub.Start(t.Context(), "v=0"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestEncryption(t *testing.T) {
	for _, c := range []struct {
		name, info string
		want       janus.Encryption
	}{
		{"Janus 0.14.3", `"version":143`, janus.Encryption{Told: true}},
		{"Janus 1.2.2", `"version":1202`, janus.Encryption{Told: true}},
		{"Janus 1.2.1, which gives no second session", `"version":1201`, janus.Encryption{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := room(t, janus.RoomOptions{Room: "1234"}, script(`{"janus":"server_info","transaction":"TX",`+c.info+`}`))
				if got := r.Encryption(t.Context()); got != c.want {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			})
		})
	}
}
