package sframejs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/mjrkit/mjrkit/decrypt"
)

// group is what the vectors of HKDF, HMAC and ECDSA have between them.
type group struct {
	JWK   json.RawMessage `json:"publicKeyJwk"`
	Tests []struct {
		ID                                       int `json:"tcId"`
		Size                                     int
		IKM, Salt, Info, OKM, Key, Msg, Tag, Sig string
		Result                                   string
	}
}

func groups(t *testing.T, name string) []group {
	t.Helper()
	b, err := fs.ReadFile(wycheproof.TestVectors, name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []group `json:"testGroups"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWycheproofHKDF(t *testing.T) {
	ran := 0
	for _, g := range groups(t, "hkdf_sha256_test.json") {
		for _, v := range g.Tests {
			if v.Info != "" || v.Result != "valid" { // the library's info is empty, and its sizes are fixed
				continue
			}
			ran++
			if got := hex.EncodeToString(expand(unhex(t, v.IKM), string(unhex(t, v.Salt)), v.Size)); got != v.OKM {
				t.Errorf("%d: got %s, want %s", v.ID, got, v.OKM)
			}
		}
	}
	if ran != 31 {
		t.Errorf("%d vectors ran, want 31", ran)
	}
}

// TestWycheproofHMAC has the tags whole and cut as frames have them.
func TestWycheproofHMAC(t *testing.T) {
	ran := 0
	for _, g := range groups(t, "hmac_sha256_test.json") {
		for _, v := range g.Tests {
			ran++
			s := &cipherState{mac: hmac.New(sha256.New, unhex(t, v.Key))}
			msg, tag := unhex(t, v.Msg), unhex(t, v.Tag)
			for range 2 { // the state is used for frame after frame
				if got := s.authentic(msg, tag); got != (v.Result == "valid") {
					t.Errorf("%d: authentic is %t, the vector is %s", v.ID, got, v.Result)
				}
			}
			for _, size := range []int{tagAudio, tagVideo} {
				if v.Result == "valid" && !s.authentic(msg, tag[:size]) {
					t.Errorf("%d: cut to %d bytes it is not authentic", v.ID, size)
				}
			}
		}
	}
	if ran != 174 {
		t.Errorf("%d vectors ran, want 174", ran)
	}
}

// TestWycheproofECDSA has P-256 with SHA-512, r and s in 64 bytes. Signatures
// of other lengths cannot stand in a frame.
func TestWycheproofECDSA(t *testing.T) {
	ran := 0
	for _, g := range groups(t, "ecdsa_secp256r1_sha512_p1363_test.json") {
		if g.JWK == nil {
			continue
		}
		set, err := decrypt.ParseKeys(strings.NewReader(string(g.JWK)))
		if err != nil || len(set.Keys) != 1 {
			t.Fatalf("%s: %v", g.JWK, err)
		}
		for _, v := range g.Tests {
			sig := unhex(t, v.Sig)
			if len(sig) != sigSize {
				continue
			}
			ran++
			if got := verified(set.Keys[0].Public, unhex(t, v.Msg), sig); got != (v.Result == "valid") {
				t.Errorf("%d: verified is %t, the vector is %s", v.ID, got, v.Result)
			}
		}
	}
	if ran < 200 {
		t.Errorf("only %d vectors ran", ran)
	}
}
