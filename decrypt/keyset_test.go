package decrypt

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// ids lists the kids in order.
func ids(keys []Key) string {
	var list []string
	for _, k := range keys {
		list = append(list, k.ID)
	}
	return strings.Join(list, ",")
}

func jwkOf(kid, k string) string {
	return fmt.Sprintf(`{"kty":"oct","alg":"JITSI-GCM","kid":%q,"k":%q}`, kid, k)
}

func setOf(entries ...string) string {
	return `{"keys":[` + strings.Join(entries, ",") + `]}`
}

func TestMerge(t *testing.T) {
	const nameless = `{"kty":"oct","alg":"JITSI-GCM","k":"CCCC"}`
	for _, c := range []struct{ name, a, b, want string }{
		{"other keys", setOf(jwkOf("a", "AAAA")), setOf(jwkOf("b", "BBBB")), "a,b"},
		{"the same file twice", setOf(jwkOf("a", "AAAA"), nameless), setOf(jwkOf("a", "AAAA"), nameless), "a,key 2"},
		{"an equal key among others", setOf(jwkOf("a", "AAAA")), setOf(jwkOf("b", "BBBB"), jwkOf("a", "AAAA")), "a,b"},
		{"nameless keys at the same place", setOf(jwkOf("key 1", "AAAA")), setOf(nameless), "key 1,key 1 (2)"},
		{"a name of the other file was made up here", setOf(nameless), setOf(jwkOf("key 1", "AAAA")), "key 1 (2),key 1"},
		{"two nameless files", setOf(nameless), setOf(`{"kty":"oct","alg":"JITSI-GCM","k":"DDDD"}`), "key 1,key 1 (2)"},
		{"verification keys", setOf(`{` + p256 + `,"kid":"s"}`), setOf(`{` + p256 + `,"kid":"s"}`), "s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustParse(t, c.a)
			if err := s.Merge(mustParse(t, c.b)); err != nil {
				t.Fatal(err)
			}
			if got := ids(s.Keys); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"one kid, two secrets", setOf(jwkOf("a", "AAAA")), setOf(jwkOf("b", "BBBB"), jwkOf("a", "BBBB")), `key "a" is here twice, with different contents`},
		{"one kid, two settings", setOf(`{` + oct + `,"kid":"a"}`), setOf(`{` + oct + `,"kid":"a","e2ee":{"key_id":"5"}}`), `key "a" is here twice, with different contents`},
		{"one kid, two kinds of key", setOf(`{` + oct + `,"kid":"a"}`), setOf(`{` + p256 + `,"kid":"a"}`), `key "a" is here twice, with different contents`},
		{"two rooms", `{"keys":[],"sif_trailer":"AAEC"}`, `{"keys":[],"sif_trailer":"AAED"}`, `two different sif_trailer for all keys: give each key its own`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, before := mustParse(t, c.a), mustParse(t, c.a)
			err := s.Merge(mustParse(t, c.b))
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if !reflect.DeepEqual(s, before) {
				t.Errorf("the set was changed: %+v", s)
			}
		})
	}
}

func TestMergeKeepsTrailerAndWarnings(t *testing.T) {
	s := mustParse(t, `{"keys":[{"kty":"x"}]}`)
	if err := s.Merge(mustParse(t, `{"keys":[{"kty":"y"}],"sif_trailer":"AAEC"}`)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.SIFTrailer, []byte{0, 1, 2}) || len(s.Warnings) != 2 {
		t.Errorf("got %+v", s)
	}
}

func TestSelect(t *testing.T) {
	keys := []Key{
		{ID: "any"},
		{ID: "alice", E2EE: E2EE{Sender: "alice"}},
		{ID: "bob audio", E2EE: E2EE{Sender: "bob", Kind: "audio"}},
		{ID: "video", E2EE: E2EE{Kind: "video"}},
	}
	for _, c := range []struct {
		kind   Kind
		sender string
		want   string
	}{
		{Audio, "", "any,alice,bob audio"},
		{Video, "", "any,alice,video"},
		{Audio, "bob", "any,bob audio"},
		{Video, "bob", "any,video"},
		{Video, "alice", "any,alice,video"},
		{Video, "Alice", "any,video"},
	} {
		if got := ids(Select(keys, c.kind, c.sender)); got != c.want {
			t.Errorf("%s of %q: got %s, want %s", c.kind, c.sender, got, c.want)
		}
	}
}

func TestWriteKeysReadsBackEqual(t *testing.T) {
	for path, file := range keyFiles(t) {
		s := mustParse(t, string(file))
		if got := rewrite(t, s); !reflect.DeepEqual(got.Keys, s.Keys) {
			t.Errorf("%s: got %+v, want %+v", path, got.Keys, s.Keys)
		}
	}
	s := mustParse(t, `{"keys":[{`+oct+`,"e2ee":{"key_index":0,"key_id":"18446744073709551615","sender":"<b>","ssrc":0,
		"mid":"0","kind":"audio","kdf":"HKDF","salt":"","ratchet_salt":"r","iterations":5,"ratchet_bits":4,
		"generation":"18446744073709551615","epoch":9007199254740993,"epoch_bits":1,"sender_bits":2,"metadata":"00ff",
		"iv_order":"kid-ctr","skip_vp8_header":false,"clear_header":true,"roc":0,"sif_trailer":"AAEC","verify":"v",
		"not_before":1,"not_after":9223372036854775807,"key_bits":256,"era":"D"}},{`+p256+`,"kid":"v"}],"sif_trailer":"AAED"}`)
	if v := reflect.ValueOf(s.Keys[0].E2EE); slices.Contains(zeroFields(v), true) {
		t.Fatalf("a member is missing from this test: %+v", s.Keys[0].E2EE)
	}
	got := rewrite(t, s)
	if !reflect.DeepEqual(got.Keys, s.Keys) || !bytes.Equal(got.SIFTrailer, s.SIFTrailer) {
		t.Errorf("got %+v, want %+v", got, s)
	}
}

// zeroFields says of each field of a struct whether it is unset.
func zeroFields(v reflect.Value) []bool {
	var zero []bool
	for i := range v.NumField() {
		zero = append(zero, v.Field(i).IsZero())
	}
	return zero
}

func TestWriteKeysWritesNumbersThatBrowsersRead(t *testing.T) {
	var b strings.Builder
	s := mustParse(t, `{`+oct+`,"e2ee":{"key_id":5,"epoch":9007199254740993,"generation":7}}`)
	if err := WriteKeys(&b, s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"key_id": "5"`, `"epoch": "9007199254740993"`, `"generation": 7`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in %s", want, b.String())
		}
	}
}

func rewrite(t testing.TB, s *KeySet) *KeySet {
	t.Helper()
	var b bytes.Buffer
	if err := WriteKeys(&b, s); err != nil {
		t.Fatal(err)
	}
	got, err := ParseKeys(&b)
	if err != nil {
		t.Fatalf("what was written does not read: %v", err)
	}
	return got
}

func FuzzParseKeys(f *testing.F) {
	for _, file := range keyFiles(f) {
		f.Add(file)
	}
	f.Add([]byte(`{` + p256 + `,"d":"AAEC"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := ParseKeys(bytes.NewReader(file))
		if err != nil {
			return
		}
		again := rewrite(t, s)
		if !reflect.DeepEqual(again.Keys, s.Keys) || !bytes.Equal(again.SIFTrailer, s.SIFTrailer) {
			t.Errorf("written and read again: got %+v, want %+v", again, s)
		}
		if err := s.Merge(again); err != nil || len(s.Keys) != len(again.Keys) {
			t.Errorf("merged with itself: %d keys, %v; want %d", len(s.Keys), err, len(again.Keys))
		}
	})
}
