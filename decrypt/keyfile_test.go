package decrypt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// keyFiles are the real key files of the test data, by path.
func keyFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for _, pattern := range []string{"recordings/*/keys.jwks.json", "vectors/keyfile/*.jwks.json"} {
		paths, err := filepath.Glob(filepath.Join(corpus.Root(t), filepath.FromSlash(pattern)))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no key files match %s (%v)", pattern, err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[path] = b
		}
	}
	return files
}

func example(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpus.Root(t), "vectors", "keyfile", "example.jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustParse(t testing.TB, file string) *KeySet {
	t.Helper()
	s, err := ParseKeys(strings.NewReader(file))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

func TestParseExample(t *testing.T) {
	s := mustParse(t, string(example(t)))
	if len(s.Keys) != 18 || len(s.Warnings) != 0 {
		t.Fatalf("%d keys, warnings %q; want 18 and none", len(s.Keys), s.Warnings)
	}
	byID := make(map[string]Key)
	for _, k := range s.Keys {
		byID[k.ID] = k
		if k.Type == "oct" && len(k.Secret) == 0 || k.Type == "EC" && k.Public == nil {
			t.Errorf("%s has no key", k.ID)
		}
	}
	k := byID["sframe static"]
	if k.KeyID == nil || *k.KeyID != 291 || string(k.Metadata) != "IETF SFrame WG" || k.Opens != "rfc9605-001" ||
		k.Use != "enc" || !bytes.Equal(k.Secret, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}) {
		t.Errorf("sframe static: %+v", k)
	}
	k = byID["mls epoch 17"]
	if k.KDF != "mls" || k.Epoch == nil || *k.Epoch != 17 || k.EpochBits != 4 || k.SenderBits != 6 {
		t.Errorf("mls epoch 17: %+v", k)
	}
	k = byID["sframe sender keys"]
	if k.KDF != "ratchet" || k.RatchetBits != 4 || k.Generation != 2 {
		t.Errorf("sframe sender keys: %+v", k)
	}
	k = byID["nextcloud/2"]
	if *k.Index != 2 || *k.Salt != "TalkFrameEncryptionKey" || *k.RatchetSalt != "TalkFrameRatchetKey" {
		t.Errorf("nextcloud/2: %+v", k)
	}
	k = byID["jframe abcdef12/3"]
	if k.Verify != "jframe-signer abcdef12" || k.Sender != "abcdef12" {
		t.Errorf("jframe: %+v", k)
	}
	if c := byID[k.Verify].Public.Params().Name; c != "P-521" {
		t.Errorf("the signer's curve is %s", c)
	}
	k = byID["perc double inner"]
	if *k.SSRC != 0x11223344 || k.ROC == nil || *k.ROC != 0 {
		t.Errorf("perc double inner: %+v", k)
	}
	if k = byID["xor samples/1"]; k.ClearHeader == nil || !*k.ClearHeader {
		t.Errorf("xor samples: %+v", k)
	}
}

const (
	oct  = `"kty":"oct","alg":"MEDOOZE-SFRAME","k":"AAECAwQFBgcICQoLDA0ODw"`
	p256 = `"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
)

func TestParseReads(t *testing.T) {
	for _, c := range []struct {
		name, file string
		ok         func(Key) bool
	}{
		{"one JWK without a set", `{` + oct + `,"kid":"a"}`, func(k Key) bool { return k.ID == "a" }},
		{"no kid, as browsers export", `{"keys":[{"kty":"what"},{` + oct + `}]}`, func(k Key) bool { return k.ID == "key 2" }},
		{"an empty kid", `{` + oct + `,"kid":""}`, func(k Key) bool { return k.ID == "key 1" }},
		{"the made-up kid is another's own", `{"keys":[{` + oct + `},{` + oct + `,"kid":"key 1"}]}`, func(k Key) bool { return k.ID == "key 1 (2)" }},
		{"key_id of 64 bits", `{` + oct + `,"e2ee":{"key_id":"18446744073709551615"}}`, func(k Key) bool { return *k.KeyID == 1<<64-1 }},
		{"key_id as a JSON number", `{` + oct + `,"e2ee":{"key_id":18446744073709551615}}`, func(k Key) bool { return *k.KeyID == 1<<64-1 }},
		{"padded k", `{"kty":"oct","alg":"XOR-DEMO-JANUS","k":"YQ=="}`, func(k Key) bool { return string(k.Secret) == "a" }},
		{"null is missing", `{` + oct + `,"e2ee":{"key_id":null,"sender":null,"skip_vp8_header":null}}`, func(k Key) bool { return reflect.DeepEqual(k.E2EE, E2EE{}) }},
		{"false is not missing", `{` + oct + `,"e2ee":{"skip_vp8_header":false}}`, func(k Key) bool { return k.SkipVP8Header != nil && !*k.SkipVP8Header }},
		{"an empty salt is not missing", `{` + oct + `,"e2ee":{"salt":""}}`, func(k Key) bool { return k.Salt != nil && *k.Salt == "" }},
		{"members that only other tools know", `{` + oct + `,"ext":true,"key_ops":["encrypt"],"x":1}`, func(k Key) bool { return k.Alg == "MEDOOZE-SFRAME" }},
		{"names in other case are other names", `{` + oct + `,"K":5,"KID":7,"kid":"a"}`, func(k Key) bool { return k.ID == "a" && len(k.Secret) == 16 }},
		{"EC without alg, as browsers export", `{` + p256 + `}`, func(k Key) bool { return k.Public != nil }},
		{"the most iterations", `{` + oct + `,"e2ee":{"iterations":10000000}}`, func(k Key) bool { return k.Iterations == 10_000_000 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustParse(t, c.file)
			if len(s.Keys) == 0 || !c.ok(s.Keys[0]) {
				t.Errorf("%s: got %+v", c.file, s.Keys)
			}
		})
	}
}

func TestParseWarns(t *testing.T) {
	for _, c := range []struct {
		name, file string
		keys       int
		want       string
	}{
		{"alg of another tool", `{"keys":[{"kty":"oct","alg":"A128KW","k":"AAEC","kid":"x"},{` + oct + `}]}`, 1, `key "x": unknown alg "A128KW", skipped`},
		{"no alg", `{"kty":"oct","k":"AAEC"}`, 0, `entry 1: unknown alg "", skipped`},
		{"a key where alg belongs", `{"kty":"oct","alg":"AAECAwQFBgcICQoLDA0ODw"}`, 0, `entry 1: unknown alg of 22 bytes (not shown), skipped`},
		{"SRTP profile that does not exist", `{"kty":"oct","alg":"PERC-LITE-ROT13","k":"AAEC"}`, 0, `entry 1: unknown alg "PERC-LITE-ROT13", skipped`},
		{"SRTP profile without a scheme", `{"kty":"oct","alg":"AEAD_AES_128_GCM","k":"AAEC"}`, 0, `entry 1: unknown alg "AEAD_AES_128_GCM", skipped`},
		{"kty of another tool", `{"kty":"OKP","kid":"x"}`, 0, `key "x": unknown kty "OKP", skipped`},
		{"JOSE's ES512 is P-521 with another hash", `{"kty":"EC","alg":"ES512"}`, 0, `entry 1: unknown alg "ES512", skipped`},
		{"verify names nobody", `{` + oct + `,"kid":"a","e2ee":{"verify":"b"}}`, 1, `key "a": verify names a key that the file does not have`},
		{"verify names a secret key", `{` + oct + `,"kid":"a","e2ee":{"verify":"a"}}`, 1, `key "a": verify names a key that is no EC key`},
		{"misspelt member", `{` + oct + `,"e2ee":{"keyId":"5"}}`, 1, `entry 1: unknown member "keyId" of e2ee`},
		{"SFrame.js with one key for two senders", `{"keys":[{` + oct + `,"kid":"a","e2ee":{"key_id":"5"}},{` + oct + `,"kid":"b","e2ee":{"key_id":"6"}}]}`, 2, `keys "a" and "b": one secret for two senders, whose frames it does not protect from each other`},
		{"private key", `{` + p256 + `,"d":"AAECAwQFBgcICQoLDA0ODw"}`, 1, `entry 1: has a private part, which nothing here needs`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustParse(t, c.file)
			if len(s.Warnings) != 1 || s.Warnings[0] != c.want || len(s.Keys) != c.keys {
				t.Errorf("got %d keys, %q; want %d and %q", len(s.Keys), s.Warnings, c.keys, c.want)
			}
		})
	}
	many := `{"keys":[` + strings.Repeat(`{},`, 200) + `{}]}`
	if s := mustParse(t, many); len(s.Warnings) != maxWarnings+1 || s.Warnings[maxWarnings] != "101 more warnings" {
		t.Errorf("got %d warnings, the last %q", len(s.Warnings), s.Warnings[len(s.Warnings)-1])
	}
}

func TestParseRefuses(t *testing.T) {
	e2ee := func(s string) string { return `{` + oct + `,"kid":"a","e2ee":{` + s + `}}` }
	for _, c := range []struct{ name, file, want string }{
		{"empty file", ``, "not JSON at byte 0"},
		{"cut file", `{"keys":[`, "not JSON at byte 9"},
		{"two files in one", `{"keys":[]}{"keys":[]}`, "not JSON at byte 12"},
		{"an array without a set", `[{` + oct + `}]`, "not a JSON object"},
		{"an object that is neither", `{"a":1}`, `neither a JWK Set ("keys") nor a JWK ("kty")`},
		{"null", `null`, `neither a JWK Set ("keys") nor a JWK ("kty")`},
		{"keys is an object", `{"keys":{}}`, `"keys" is not an array`},
		{"an entry is a number", `{"keys":[5]}`, "entry 1 is not an object"},
		{"an entry is null", `{"keys":[null]}`, "entry 1 is not an object"},
		{"kid is a number", `{` + oct + `,"kid":1}`, "entry 1: kid is not a string"},
		{"the same kid twice, equal keys", `{"keys":[{` + oct + `,"kid":"a"},{` + oct + `,"kid":"a"}]}`, `key "a" is in the file twice`},
		{"no k", `{"kty":"oct","alg":"JITSI-GCM","kid":"a"}`, `key "a": k is missing or empty`},
		{"empty k", `{"kty":"oct","alg":"JITSI-GCM","k":""}`, `entry 1: k is missing or empty`},
		{"k is a number", `{"kty":"oct","alg":"JITSI-GCM","k":12345678901}`, `entry 1: k is not a string`},
		{"k in standard base64", `{"kty":"oct","alg":"JITSI-GCM","k":"+///"}`, `entry 1: k is base64 of the standard alphabet, not base64url`},
		{"k in hex with spaces", `{"kty":"oct","alg":"JITSI-GCM","k":"00 01"}`, `entry 1: k is not base64url`},
		{"k with a line break", `{"kty":"oct","alg":"JITSI-GCM","k":"AAEC\nAAEC"}`, `entry 1: k is not base64url`},
		{"k with bits left over", `{"kty":"oct","alg":"JITSI-GCM","k":"AAF"}`, `entry 1: k is not base64url`},
		{"k with three pads", `{"kty":"oct","alg":"JITSI-GCM","k":"A==="}`, `entry 1: k is not base64url`},
		{"kid shows k", `{` + oct + `,"kid":"call AAECAwQFBgcICQoLDA0ODw"}`, `entry 1: kid holds the key itself, and names are shown`},
		{"kid shows the passphrase", `{"kty":"oct","alg":"XOR-DEMO-JANUS","k":"bXlzZWNyZXQ","kid":"xor mysecret"}`, `entry 1: kid holds the key itself, and names are shown`},
		{"DIRECT with 15 bytes", `{"kty":"oct","alg":"JITSI-GCM-DIRECT","k":"AAECAwQFBgcICQoLDA0O"}`, `entry 1: k has 15 bytes, JITSI-GCM-DIRECT takes [16 32]`},
		{"PERC of another profile's length", `{"kty":"oct","alg":"PERC-LITE-AEAD_AES_256_GCM","k":"AAECAwQFBgcICQoLDA0ODw"}`, `entry 1: k has 16 bytes, PERC-LITE-AEAD_AES_256_GCM takes [44]`},
		{"key_index beyond one byte", e2ee(`"key_index":256`), `key "a": e2ee.key_index is not a whole number 0..255`},
		{"key_index below zero", e2ee(`"key_index":-1`), `key "a": e2ee.key_index is not a whole number 0..255`},
		{"key_index with a fraction", e2ee(`"key_index":1.5`), `key "a": e2ee.key_index is not a whole number 0..255`},
		{"key_index as a string", e2ee(`"key_index":"1"`), `key "a": e2ee.key_index is not a whole number 0..255`},
		{"key_id of 65 bits", e2ee(`"key_id":"18446744073709551616"`), `key "a": e2ee.key_id is not a decimal number of at most 64 bits`},
		{"key_id in hex", e2ee(`"key_id":"0x123"`), `key "a": e2ee.key_id is not a decimal number of at most 64 bits`},
		{"iterations that take hours", e2ee(`"iterations":10000001`), `key "a": e2ee.iterations is not a whole number 1..10000000`},
		{"no iterations", e2ee(`"iterations":0`), `key "a": e2ee.iterations is not a whole number 1..10000000`},
		{"metadata in base64", e2ee(`"metadata":"SUVU"`), `key "a": e2ee.metadata is not hex`},
		{"unknown kdf", e2ee(`"kdf":"scrypt"`), `key "a": e2ee.kdf is none of PBKDF2, HKDF, ratchet, mls, mls-cisco, per-ssrc`},
		{"unknown kind", e2ee(`"kind":"data"`), `key "a": e2ee.kind is none of audio, video`},
		{"ssrc of 33 bits", e2ee(`"ssrc":4294967296`), `key "a": e2ee.ssrc is not a whole number 0..4294967295`},
		{"flag as a number", e2ee(`"clear_header":1`), `key "a": e2ee.clear_header is neither true nor false`},
		{"192 key bits", e2ee(`"key_bits":192`), `key "a": e2ee.key_bits is neither 128 nor 256`},
		{"MLS fields wider than a KID", e2ee(`"epoch_bits":40,"sender_bits":40`), `key "a": e2ee.epoch_bits and sender_bits are 80 together, more than a KID has`},
		{"e2ee is an array", `{` + oct + `,"e2ee":[]}`, `entry 1: e2ee is not an object`},
		{"curve that JOSE does not have", strings.Replace(`{`+p256+`}`, "P-256", "P-224", 1), `entry 1: crv is none of P-256, P-384, P-521`},
		{"curve of another alg", `{` + p256 + `,"alg":"ES521-SHA256"}`, `entry 1: crv is P-256, ES521-SHA256 takes P-521`},
		{"point off the curve", strings.Replace(`{`+p256+`}`, "x_FE", "x_FF", 1), `entry 1: x and y are not a point of P-256`},
		{"coordinate cut short", strings.Replace(`{`+p256+`}`, "f83O", "", 1), `entry 1: x and y have 29 and 32 bytes, P-256 takes 32 each`},
		{"room trailer not in base64url", `{"keys":[],"sif_trailer":"?"}`, `sif_trailer is not base64url`},
		{"two room trailers", `{"keys":[],"sif_trailer":"AAEC","e2ee":{"sif_trailer":"AAED"}}`, `two different sif_trailer at the top level`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseKeys(strings.NewReader(c.file))
			if err == nil || err.Error() != c.want {
				t.Errorf("%s: got %+v, %v; want %s", c.file, s, err, c.want)
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	huge := `{"keys":[]` + strings.Repeat(" ", maxKeyFile) + `}`
	if _, err := ParseKeys(strings.NewReader(huge)); err == nil || err.Error() != "key file of more than 16777216 bytes" {
		t.Errorf("huge file: %v", err)
	}
	full := `{"keys":[]` + strings.Repeat(" ", maxKeyFile-11) + `}`
	if _, err := ParseKeys(strings.NewReader(full)); err != nil {
		t.Errorf("file of the largest size: %v", err)
	}
	if _, err := ParseKeys(strings.NewReader(`{"keys":[` + strings.Repeat(`{},`, maxKeys) + `{}]}`)); err == nil || err.Error() != "more than 65536 keys" {
		t.Errorf("too many keys: %v", err)
	}
	broken := errors.New("disk on fire")
	if _, err := ParseKeys(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("reader that fails: %v", err)
	}
}

func TestRoomTrailer(t *testing.T) {
	for _, file := range []string{
		`{"keys":[],"sif_trailer":"AAEC"}`,
		`{"keys":[],"e2ee":{"sif_trailer":"AAEC"}}`,
		`{"keys":[],"sif_trailer":"AAEC","e2ee":{"sif_trailer":"AAEC"}}`,
	} {
		if s := mustParse(t, file); !bytes.Equal(s.SIFTrailer, []byte{0, 1, 2}) {
			t.Errorf("%s: got %x", file, s.SIFTrailer)
		}
	}
}
