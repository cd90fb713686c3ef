package whip

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// hard has all that a quoted-string may hold.
var hard = func() string {
	var b strings.Builder
	for c := byte(' '); c < 0x7F; c++ {
		b.WriteByte(c)
	}
	return b.String()
}()

// TestLink: what the server tells, the client reads.
func TestLink(t *testing.T) {
	servers := []ICEServer{
		{URLs: []string{"stun:stun.example:3478"}},
		{URLs: []string{"turn:turn.example?transport=udp", "turns:[2001:db8::1]:443?transport=tcp"}, Username: hard, Credential: hard + `\"`},
		{URLs: []string{"turn:no.example"}, Username: "line\r\nX: y", Credential: "x"},
		{URLs: []string{"turn:no.example>;a=b", "http://no.example", "turn:no example", "turn:"}, Username: "u", Credential: "x"},
	}
	want := []ICEServer{
		servers[0],
		{URLs: servers[1].URLs[:1], Username: hard, Credential: hard + `\"`},
		{URLs: servers[1].URLs[1:], Username: hard, Credential: hard + `\"`},
	}
	s := accepting(newPeer())
	s.Servers = servers
	defer s.Close()
	created := post(s, offer)
	for _, res := range []*http.Response{created, ask(s, "OPTIONS", "/whip", "")} {
		links := res.Header.Values("Link")
		if got := parseServers(links); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", plainServers(got), plainServers(want))
		}
		if got := parseServers([]string{strings.Join(links, ", ")}); !reflect.DeepEqual(got, want) {
			t.Errorf("in one header: got %q, want %q", plainServers(got), plainServers(want))
		}
	}
	if res := ask(s, "OPTIONS", created.Header.Get("Location"), ""); res.Header.Get("Link") != "" {
		t.Error("a session tells credentials")
	}
	if want := `<stun:stun.example:3478>; rel="ice-server"`; created.Header.Get("Link") != want {
		t.Errorf("got %q, want %q", created.Header.Get("Link"), want)
	}
}

// plainServers shows what String hides.
func plainServers(list []ICEServer) (all [][]string) {
	for _, s := range list {
		all = append(all, append([]string{s.Username, s.Credential}, s.URLs...))
	}
	return all
}

func TestParseServers(t *testing.T) {
	turn := func(u, c string) []ICEServer {
		return []ICEServer{{URLs: []string{"turn:a"}, Username: u, Credential: c}}
	}
	for _, tt := range []struct {
		name, header string
		want         []ICEServer
	}{
		{"nothing", "", nil},
		{"no parameter", "<turn:a>", nil},
		{"a token", "<turn:a>;rel=ice-server;username=u;credential=c", turn("u", "c")},
		{"blanks everywhere", "  <turn:a> \t;\trel = \"ice-server\" ; username = \"u\" ;credential= c ", turn("u", "c")},
		{"names in capitals", `<turn:a>; REL="ICE-Server"; Username="u"; CREDENTIAL="c"; Credential-Type="password"`, turn("u", "c")},
		{"several relations", `<turn:a>; rel="next ice-server"`, turn("", "")},
		{"quoted commas and semicolons", `<turn:a>; rel="ice-server"; username="a,b;c"; credential="<x>, y"`, turn("a,b;c", "<x>, y")},
		{"escapes", `<turn:a>; rel="ice-server"; username="\"\\\u"; credential="\c"`, turn(`"\u`, "c")},
		{"the first of each counts", `<turn:a>; rel="ice-server"; rel="next"; username="u"; username="v"`, turn("u", "")},
		{"a parameter without a value", `<turn:a>; crossorigin; rel="ice-server"`, turn("", "")},
		{"an empty parameter", `<turn:a>;; rel="ice-server";`, turn("", "")},
		{"empty values of the list", `,, <turn:a>; rel="ice-server",,`, turn("", "")},
		{"behind one of another relation", `</a,b>; rel="next"; title="<turn:x>, y", <turn:a>; rel="ice-server"`, turn("", "")},
		{"before a malformed one", `<turn:a>; rel="ice-server", <turn:b>; rel="ice-server`, turn("", "")},
		{"another relation", `<turn:a>; rel="next"`, nil},
		{"a relation that starts like it", `<turn:a>; rel="ice-servers"`, nil},
		{"another credential", `<turn:a>; rel="ice-server"; credential-type="oauth"`, nil},
		{"another scheme", `<https://a>; rel="ice-server"`, nil},
		{"no scheme", `<a>; rel="ice-server"`, nil},
		{"a blank in the URL", `<turn:a b>; rel="ice-server"`, nil},
		{"no end of the URL", `<turn:a; rel="ice-server"`, nil},
		{"no end of the quotes", `<turn:a>; rel="ice-server`, nil},
		{"a backslash at the end", `<turn:a>; rel="ice-server\`, nil},
		{"no semicolon", `<turn:a> rel="ice-server"`, nil},
		{"garbage", `turn:a; rel="ice-server"`, nil},
	} {
		if got := parseServers([]string{tt.header}); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, plainServers(got), plainServers(tt.want))
		}
	}
	if got := parseServers([]string{strings.Repeat(`<turn:a>; rel="ice-server", `, 1000)}); len(got) != maxServers {
		t.Errorf("%d servers, want %d", len(got), maxServers)
	}
}

func TestICEServerHides(t *testing.T) {
	s := ICEServer{URLs: []string{"turn:a"}, Username: "u", Credential: "secret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{s, &s, []ICEServer{s}, Session{Servers: []ICEServer{s}}.Servers} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "secret") || strings.Contains(got, fmt.Sprintf("%x", "secret")) {
				t.Errorf("%s shows the credential: %s", verb, got)
			}
		}
	}
}

// FuzzLink: no panic, and what is read and printed is read as the same.
func FuzzLink(f *testing.F) {
	for _, seed := range []string{
		`<stun:stun.example.net>; rel="ice-server"`,
		`<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="my\"Pass,word"; credential-type="password", <turns:a>;rel=ice-server`,
		`<a>;b;c=d;e="f\\",,<`, `<turn:a>; rel="ice-server\`, "", ",", "<>;=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, s := range parseServers([]string{header}) {
			printed, ok := formatLink(s.URLs[0], s.Username, s.Credential)
			if !ok {
				continue // a header of bytes that we do not send
			}
			again := parseServers([]string{printed})
			if len(again) != 1 || !reflect.DeepEqual(again[0], s) {
				t.Errorf("%q: read as %q, printed as %q, read as %q", header, plainServers([]ICEServer{s}), printed, plainServers(again))
			}
		}
	})
}
