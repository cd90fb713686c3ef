package page

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Values that a member may have where another belongs.
var oddValues = []string{
	`null`, `true`, `""`, `"x"`, `"A"`, `"AA"`, `"AAE"`, `"AAF"`, `"AAEC"`, `"AAEC="`, `"AA=="`, `"AA==="`, `"+///"`, `"AAEC\nAAEC"`, `"0x12"`, `"-1"`, `" 1"`, `"1"`, `"14"`,
	`"18446744073709551615"`, `"18446744073709551616"`, `"a1b2"`, `"A1B"`, `-1`, `0`, `1`, `63`, `64`, `128`, `192`, `255`, `256`, `1.5`, `4294967296`, `10000001`, `[]`, `{}`, `["a"]`,
	`"audio"`, `"HKDF"`, `"PBKDF2"`, `"ratchet"`, `"mls"`, `"per-ssrc"`, `"kid-ctr"`, `"D"`, `"P-256"`, `"ä\u2028\u0000\"'<"`,
}

// keyFiles are key files with every member at every odd value, the real ones,
// and some that are no key files.
func keyFiles(t testing.TB) []string {
	t.Helper()
	files := []string{
		`5`, `"keys"`, `[]`, `null`, `{}`, `{"keys":{}}`, `{"keys":null}`, `{"keys":[null]}`, `{"keys":[5]}`, `{"keys":[]}`, `{"a":1}`,
		`{"keys":[],"sif_trailer":"?"}`, `{"keys":[],"sif_trailer":"AAEC","e2ee":{"sif_trailer":"AAED"}}`, `{"keys":[],"e2ee":5}`,
		`{"keys":[` + strings.Repeat(`{},`, 200) + `{}]}`,
	}
	for _, pattern := range []string{"recordings/*/keys.jwks.json", "vectors/keyfile/*.jwks.json"} {
		paths, err := filepath.Glob(filepath.Join(corpus.Root(t), filepath.FromSlash(pattern)))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no key files match %s (%v)", pattern, err)
		}
		for _, path := range paths {
			files = append(files, string(read(t, path)))
		}
	}
	outer := []string{"kty", "alg", "kid", "use", "k", "e2ee", "crv", "x", "y", "d", "ext"}
	inner := []string{
		"key_index", "key_id", "sender", "ssrc", "mid", "kind", "kdf", "salt", "ratchet_salt", "iterations", "ratchet_bits", "epoch", "epoch_bits", "sender_bits",
		"metadata", "iv_order", "skip_vp8_header", "clear_header", "roc", "sif_trailer", "verify", "not_before", "not_after", "key_bits", "era", "generation", "keyId",
	}
	const secret = `"kty":"oct","alg":"MEDOOZE-SFRAME","k":"AAECAwQFBgcICQoLDA0ODw","kid":"a","e2ee":{"epoch_bits":1,"sender_bits":1}`
	const public = `"kty":"EC","kid":"b","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	for _, base := range []string{secret, public} {
		for _, v := range oddValues {
			for _, name := range outer {
				files = append(files, with(t, base, "", name, v))
			}
		}
	}
	for _, v := range oddValues {
		for _, name := range inner {
			files = append(files, with(t, secret, "e2ee", name, v))
		}
	}
	for _, alg := range []string{"JITSI-GCM-DIRECT", "PERC-LITE-AEAD_AES_256_GCM", "SRTP-DOUBLE-AEAD_AES_128_GCM", "PERC-LITE-ROT13", "PERC-LITE-constructor", "AEAD_AES_128_GCM", "toString", "SFRAME-", "ES512", "AAECAwQFBgcICQoLDA0ODw"} {
		for _, base := range []string{secret, public} {
			files = append(files, with(t, base, "", "alg", fmt.Sprintf("%q", alg)))
		}
	}
	entry := func(more string) string {
		return `{"kty":"oct","alg":"MEDOOZE-SFRAME","k":"AAECAwQFBgcICQoLDA0ODw"` + more + `}`
	}
	for _, kid := range []string{"call AAECAwQFBgcICQoLDA0ODw", "000102030405060708090A0B0C0D0E0F", "AAECAwQFBgcICQoLDA0ODw==", strings.Repeat("long ", 30)} {
		files = append(files, `{"keys":[`+entry(fmt.Sprintf(`,"kid":%q`, kid))+`]}`)
	}
	return append(files,
		`{"keys":[`+entry(`,"kid":"a"`)+`,`+entry(`,"kid":"a"`)+`]}`,
		`{"keys":[`+entry(``)+`,`+entry(`,"kid":"key 1"`)+`,`+entry(`,"kid":""`)+`]}`,
		`{"keys":[`+entry(`,"kid":"a","e2ee":{"verify":"b"}`)+`,`+entry(`,"kid":"c","e2ee":{"verify":"a"}`)+`]}`,
		`{"keys":[`+entry(`,"kid":"a","e2ee":{"key_id":"5"}`)+`,`+entry(`,"kid":"b","e2ee":{"key_id":"6"}`)+`]}`,
	)
}

// with is a JWK with one member replaced, of the object that inner names.
func with(t testing.TB, base, inner, name, value string) string {
	t.Helper()
	var top map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+base+"}"), &top); err != nil {
		t.Fatal(err)
	}
	if inner == "" {
		top[name] = json.RawMessage(value)
	} else {
		members := map[string]json.RawMessage{}
		if err := json.Unmarshal(top[inner], &members); err != nil {
			t.Fatal(err)
		}
		members[name] = json.RawMessage(value)
		b, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		top[inner] = b
	}
	b, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestKeyFilesAreReadAlike: the page takes and refuses what the program does,
// in the same words. It knows no curves, so a point need not be on its own.
func TestKeyFilesAreReadAlike(t *testing.T) {
	type verdict struct {
		Error    string
		Warnings []string
	}
	files := keyFiles(t)
	texts, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "files"), filepath.Join(dir, "verdicts")
	write(t, from, texts)
	node(t, "keyfiles.js", from, to)
	var got []verdict
	if err := json.Unmarshal(read(t, to), &got); err != nil || len(got) != len(files) {
		t.Fatalf("%d verdicts for %d files: %v", len(got), len(files), err)
	}
	refused := 0
	for i, file := range files {
		set, err := decrypt.ParseKeys(strings.NewReader(file))
		want := verdict{Warnings: []string{}}
		if err != nil {
			want.Error = err.Error()
			refused++
		} else {
			want.Warnings = append(want.Warnings, set.Warnings...)
		}
		if got[i].Error != want.Error || !slices.Equal(got[i].Warnings, want.Warnings) {
			t.Errorf("%.300s\nthe page:    %+v\nthe program: %+v", file, got[i], want)
		}
	}
	if refused < 500 || len(files)-refused < 500 {
		t.Errorf("%d of %d files refused: one side is hardly tested", refused, len(files))
	}
}

// TestNewKeyFile: what the page makes and saves, the program reads.
func TestNewKeyFile(t *testing.T) {
	set := newKeys(t)
	if len(set.Keys) != 1 || len(set.Warnings) != 0 || len(set.Keys[0].Secret) != 32 || set.Keys[0].KeyID != nil {
		t.Errorf("%d keys, warnings %q", len(set.Keys), set.Warnings)
	}
}

// newKeys is a key file of the page's making.
func newKeys(t testing.TB) *decrypt.KeySet {
	t.Helper()
	f, err := os.Open(newKeyFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := decrypt.ParseKeys(f)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// newKeyFile has the page make a key file, and returns its path.
func newKeyFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new.jwks.json")
	node(t, "newkeyfile.js", path)
	return path
}
