package decrypt

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// shapes is key material in every form that a message could show it in.
type shapes []string

// shapesOf cuts the secrets, and the whole texts they stand as in the file,
// into pieces: a message that shows a part of a key shows one of them.
func shapesOf(secrets ...[]byte) shapes {
	const piece = 8
	var all shapes
	cut := func(s string) {
		for i := 0; i+piece <= len(s); i += piece / 2 {
			all = append(all, s[i:i+piece])
		}
	}
	for _, b := range secrets {
		cut(string(b))
		cut(hex.EncodeToString(b))
		cut(strings.ToUpper(hex.EncodeToString(b)))
		cut(base64.StdEncoding.EncodeToString(b))
		cut(base64.RawURLEncoding.EncodeToString(b))
		for i := range len(b) - 4 { // as %d and %v print bytes
			all = append(all, strings.Trim(fmt.Sprint(b[i:i+5]), "[]"))
		}
	}
	return all
}

func (s shapes) in(text string) (string, bool) {
	for _, piece := range s {
		if strings.Contains(text, piece) {
			return piece, true
		}
	}
	return "", false
}

// printed is a value in every form that Go prints it in.
func printed(v any) string {
	j, err := json.Marshal(v)
	return fmt.Sprintf("%v %+v %#v %s %q %x %d %s %v", v, v, v, v, v, v, v, j, err)
}

func TestNothingPrintsKeys(t *testing.T) {
	for path, file := range keyFiles(t) {
		s := mustParse(t, string(file))
		var secrets [][]byte
		for _, k := range s.Keys {
			if k.Secret != nil {
				secrets = append(secrets, k.Secret)
			}
		}
		pieces := shapesOf(secrets...)
		if _, found := pieces.in(string(file)); !found {
			t.Fatalf("%s: this test does not find the keys in the key file itself", path)
		}
		for _, v := range []any{s, *s, s.Keys, s.Keys[0], &s.Keys[0], s.Keys[0].Secret} {
			if piece, found := pieces.in(printed(v)); found {
				t.Errorf("%s: %T shows %q", path, v, piece)
			}
		}
	}
}

// TestMessagesShowNoKeys breaks a key file in every way that comes to mind,
// with the key in the wrong place among them, and reads what is said.
func TestMessagesShowNoKeys(t *testing.T) {
	secret := []byte("Zürich: my secret pass phrase, which nobody must see")
	text := base64.RawURLEncoding.EncodeToString(secret)
	pieces := shapesOf(secret, []byte("98765432109876543210"))
	file := fmt.Sprintf(`{"keys":[{"kty":"oct","use":"enc","alg":"LIVEKIT-A128GCM","kid":"alice","k":%q,"e2ee":{"key_index":0}}],"sif_trailer":"AAEC"}`, text)
	said := 0
	look := func(what, file string) {
		s, err := ParseKeys(strings.NewReader(file))
		all := fmt.Sprintf("%v %+v %#v", err, err, err)
		for e := err; e != nil; e = errors.Unwrap(e) {
			all += fmt.Sprintf(" %#v", e)
		}
		if s != nil {
			all += fmt.Sprintf(" %s", s.Warnings)
		}
		if err != nil || s != nil && len(s.Warnings) > 0 {
			said++
		}
		if piece, found := pieces.in(all); found {
			t.Errorf("%s shows %q: %.300s", what, piece, all)
		}
	}
	for n := range len(file) {
		look("cut file", file[:n])
		look("a byte too many", file[:n]+"\x00"+file[n:])
		look("a quote too many", file[:n]+`"`+file[n:])
		look("a byte changed", file[:n]+"~"+file[n+1:])
	}
	wrong := []string{text, string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret))}
	top := []string{"kty", "use", "alg", "crv", "x", "y", "d", "e2ee", "x-opens", "k"}
	e2ee := []string{"key_index", "key_id", "ssrc", "kind", "kdf", "iterations", "generation", "epoch", "ratchet_bits",
		"metadata", "iv_order", "skip_vp8_header", "roc", "sif_trailer", "not_before", "key_bits", "era", "unheard_of"}
	for _, w := range wrong {
		for _, v := range []any{w, []string{w}, map[string]string{"a": w}, json.Number("98765432109876543210")} {
			for _, member := range top {
				look(member, breakEntry(t, file, member, v, ""))
			}
			for _, member := range e2ee {
				look(member, breakEntry(t, file, "e2ee", map[string]any{member: v}, ""))
			}
			look("sif_trailer", string(marshal(t, map[string]any{"keys": []any{}, "sif_trailer": v})))
			look("keys", string(marshal(t, map[string]any{"keys": v})))
			look("an entry", string(marshal(t, map[string]any{"keys": []any{v}})))
			look("the file", string(marshal(t, v)))
		}
		look("kid", breakEntry(t, file, "kid", w, ""))
		look("kid in a sentence", breakEntry(t, file, "kid", "the key is "+w, ""))
		look("kid, unknown alg", breakEntry(t, file, "kid", w, "ROT13"))
	}
	s := mustParse(t, file)
	err := s.Merge(mustParse(t, strings.Replace(file, text, "AAEC", 1)))
	if piece, found := pieces.in(fmt.Sprint(err)); found || err == nil {
		t.Errorf("merging shows %q: %v", piece, err)
	}
	if said < 1000 {
		t.Errorf("only %d messages were read", said)
	}
}

// breakEntry replaces a member of the file's only entry.
func breakEntry(t *testing.T, file, member string, v any, alg string) string {
	t.Helper()
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal([]byte(file), &set); err != nil {
		t.Fatal(err)
	}
	set.Keys[0][member] = v
	if alg != "" {
		set.Keys[0]["alg"] = alg
	}
	return string(marshal(t, set))
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
