package decrypt_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
)

// The vectors of Wycheproof reach the primitives by way of frames: what a
// vector says a key derives to seals a frame, and an Opener with the vector's
// input must open it.

// hexText are bytes that stand as hex in a vector.
type hexText []byte

func (h *hexText) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	raw, err := hex.DecodeString(s)
	*h = raw
	return err
}

// vector is what those of AES-GCM, HKDF and PBKDF2 have between them.
type vector struct {
	ID                                 int `json:"tcId"`
	Key, IV, AAD, Msg, CT, Tag         hexText
	IKM, Salt, Info, OKM, Password, DK hexText
	Iterations                         int `json:"iterationCount"`
	Result                             string
}

func wycheproofVectors(t *testing.T, name string) []vector {
	t.Helper()
	b, err := fs.ReadFile(wycheproof.TestVectors, name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Tests []vector
		} `json:"testGroups"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var all []vector
	for _, g := range file.Groups {
		all = append(all, g.Tests...)
	}
	return all
}

const nonceSize, tagSize, keyIndex = 12, 16, 3

// trailed is a frame as Jitsi and LiveKit have it: clear bytes, ciphertext,
// tag, IV, its length, the key index.
func trailed(clear, text, tag, iv []byte) []byte {
	return append(bytes.Join([][]byte{clear, text, tag, iv}, nil), nonceSize, keyIndex)
}

// sealWith is a trailed audio frame under an AES key: one clear byte.
func sealWith(t *testing.T, key []byte, plain string) []byte {
	t.Helper()
	iv := []byte("twelve bytes")
	sealed := newGCM(t, key).Seal(nil, iv, []byte(plain[1:]), []byte(plain[:1]))
	return trailed([]byte(plain[:1]), sealed, nil, iv)
}

func newGCM(t *testing.T, key []byte) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

func indexed(k decrypt.Key) []decrypt.Key {
	index := uint64(keyIndex)
	k.ID, k.Type, k.Index = "vector", "oct", &index
	return []decrypt.Key{k}
}

var audio = decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}

// TestWycheproofGCM opens into a buffer with something before, as Openers do:
// what fails must leave nothing behind. Where the AAD has one byte, the vector
// is an audio frame of JITSI-GCM-DIRECT too.
func TestWycheproofGCM(t *testing.T) {
	ran, frames := 0, 0
	for _, v := range wycheproofVectors(t, "aes_gcm_test.json") {
		if len(v.IV) != nonceSize || len(v.Tag) != tagSize || len(v.Key) == 24 {
			continue // no scheme has those
		}
		ran++
		valid := v.Result == "valid"
		room := make([]byte, 100, 100+len(v.CT)+tagSize)
		sealed := append(bytes.Clone(v.CT), v.Tag...)
		got, err := newGCM(t, v.Key).Open(room, v.IV, sealed, v.AAD)
		if (err == nil) != valid || valid && !bytes.Equal(got[100:], v.Msg) {
			t.Errorf("%d: %v, %x; the vector is %s", v.ID, err, got, v.Result)
		}
		if left := room[100:cap(room)]; !valid && !bytes.Equal(left, make([]byte, len(left))) {
			t.Errorf("%d: a failed opening leaves %x", v.ID, left)
		}
		if len(v.AAD) != 1 { // the clear bytes of audio
			continue
		}
		frames++
		o, err := jitsi.NewOpener(indexed(decrypt.Key{Alg: "JITSI-GCM-DIRECT", Secret: decrypt.Secret(v.Key)}), jitsi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, trailed(v.AAD, v.CT, v.Tag, v.IV), audio)
		if (err == nil) != valid || valid && string(res.Plain) != string(v.AAD)+string(v.Msg) {
			t.Errorf("%d as a frame: %v, %x; the vector is %s", v.ID, err, res.Plain, v.Result)
		}
	}
	if ran != 133 || frames != 2 {
		t.Errorf("%d vectors ran, %d of them as frames", ran, frames)
	}
}

// TestWycheproofHKDF takes the vectors for keys of Jitsi's, whose salt is in
// the key file and whose info is empty.
func TestWycheproofHKDF(t *testing.T) {
	ran := 0
	for _, v := range wycheproofVectors(t, "hkdf_sha256_test.json") {
		if len(v.Info) > 0 || v.Result != "valid" || len(v.OKM) < 16 {
			continue
		}
		ran++
		salt := string(v.Salt)
		k := decrypt.Key{Alg: "JITSI-GCM", Secret: decrypt.Secret(v.IKM), E2EE: decrypt.E2EE{Salt: &salt}}
		o, err := jitsi.NewOpener(indexed(k), jitsi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, sealWith(t, v.OKM[:16], "some frame"), audio)
		if err != nil || string(res.Plain) != "some frame" || res.Step != 0 {
			t.Errorf("%d: %v, %q at step %d", v.ID, err, res.Plain, res.Step)
		}
	}
	if ran != 31 {
		t.Errorf("%d vectors ran, want 31", ran)
	}
}

// TestWycheproofPBKDF2 takes the vectors for passphrases of LiveKit's.
func TestWycheproofPBKDF2(t *testing.T) {
	ran := 0
	for _, v := range wycheproofVectors(t, "pbkdf2_hmacsha256_test.json") {
		if len(v.Password) == 0 { // which no key file may have
			continue
		}
		ran++
		salt := string(v.Salt)
		k := decrypt.Key{Alg: "LIVEKIT-A128GCM", Secret: decrypt.Secret(v.Password)}
		k.KDF, k.Salt, k.Iterations = "PBKDF2", &salt, v.Iterations
		o, err := livekit.NewOpener(indexed(k), livekit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, sealWith(t, v.DK[:16], "some frame"), audio)
		if err != nil || string(res.Plain) != "some frame" || res.Step != 0 {
			t.Errorf("%d: %v, %q at step %d", v.ID, err, res.Plain, res.Step)
		}
	}
	if ran != 59 {
		t.Errorf("%d vectors ran, want 59", ran)
	}
}
