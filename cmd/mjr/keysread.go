//go:build !nokeys

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mjrkit/mjrkit/decrypt"
)

// The readers of foreign forms. None of their errors shows what was read.

var (
	errForm  = errors.New("not the form that is expected")
	errEmpty = errors.New("it is empty")
)

// asText takes what a person typed: the text without the newline at its end.
func asText(alg, kdf string) func([]byte) (decrypt.Key, error) {
	return func(b []byte) (decrypt.Key, error) {
		b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
		return newKey(alg, kdf, b)
	}
}

// asBytes takes the file as it is.
func asBytes(alg, kdf string) func([]byte) (decrypt.Key, error) {
	return func(b []byte) (decrypt.Key, error) { return newKey(alg, kdf, b) }
}

func asHex(alg, kdf string) func([]byte) (decrypt.Key, error) {
	return func(b []byte) (decrypt.Key, error) {
		secret, err := hex.DecodeString(strings.TrimPrefix(string(bytes.TrimSpace(b)), "0x"))
		if err != nil {
			return decrypt.Key{}, errors.New("not hex")
		}
		return newKey(alg, kdf, secret)
	}
}

func newKey(alg, kdf string, secret []byte) (decrypt.Key, error) {
	if len(secret) == 0 {
		return decrypt.Key{}, errEmpty
	}
	k := decrypt.Key{Alg: alg, Secret: secret}
	k.E2EE.KDF = kdf
	return k, nil
}

func readJitsi(b []byte) (decrypt.Key, error) {
	var m struct {
		Key      string  `json:"key"`
		KeyIndex *uint64 `json:"keyIndex"`
	}
	if json.Unmarshal(b, &m) != nil {
		return decrypt.Key{}, errForm
	}
	secret, err := from64(m.Key)
	if err != nil {
		return decrypt.Key{}, err
	}
	k, err := newKey("JITSI-GCM", "", secret)
	k.E2EE.Index = m.KeyIndex
	return k, err
}

func readJitsiExternal(b []byte) (decrypt.Key, error) {
	var m struct {
		Key   []byte  `json:"exportedKey"`
		Index *uint64 `json:"index"`
	}
	if json.Unmarshal(b, &m) != nil && json.Unmarshal(b, &m.Key) != nil {
		return decrypt.Key{}, errForm
	}
	k, err := newKey("JITSI-GCM-DIRECT", "", m.Key)
	k.E2EE.Index = m.Index
	return k, err
}

// readElementCall takes the key of a MatrixRTC to-device event, or the base64
// text alone.
func readElementCall(b []byte) (decrypt.Key, error) {
	type entry struct {
		Index *uint64 `json:"index"`
		Key   string  `json:"key"`
	}
	var event struct {
		Keys json.RawMessage `json:"keys"`
	}
	one := entry{Key: string(bytes.TrimSpace(b))}
	if json.Unmarshal(b, &event) == nil {
		var many []entry
		if json.Unmarshal(event.Keys, &many) != nil {
			many = make([]entry, 1)
			if json.Unmarshal(event.Keys, &many[0]) != nil {
				return decrypt.Key{}, errForm
			}
		}
		if len(many) != 1 {
			return decrypt.Key{}, fmt.Errorf("%d keys in it: import them one by one", len(many))
		}
		one = many[0]
	}
	secret, err := from64(one.Key)
	if err != nil {
		return decrypt.Key{}, err
	}
	k, err := newKey("LIVEKIT-A128GCM", "HKDF", secret)
	k.E2EE.Index = one.Index
	return k, err
}

// readPERC takes master key and salt of the SRTP profile that the length says.
func readPERC(prefix string) func([]byte) (decrypt.Key, error) {
	return func(b []byte) (decrypt.Key, error) {
		secret, err := from64(string(bytes.TrimSpace(b)))
		if err != nil {
			return decrypt.Key{}, err
		}
		profiles := map[int]string{28: "AEAD_AES_128_GCM", 44: "AEAD_AES_256_GCM", 30: "AES_CM_128_HMAC_SHA1_80"}
		profile, ok := profiles[len(secret)]
		if !ok {
			return decrypt.Key{}, fmt.Errorf("%d bytes, want 28, 30 or 44", len(secret))
		}
		return newKey(prefix+profile, "", secret)
	}
}

// from64 reads base64 of any of its alphabets, padded or not.
func from64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("not base64")
	}
	if len(b) == 0 {
		return nil, errEmpty
	}
	return b, nil
}
