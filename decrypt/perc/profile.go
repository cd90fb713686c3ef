package perc

import "strings"

// profile is an SRTP protection profile (RFC 5764, section 4.1.2; RFC 7714,
// section 14.2).
type profile struct {
	name      string
	key, salt int // bytes of the master key and the master salt
	tag       int
	aead      bool // AES-GCM; else AES-CM with HMAC-SHA1
}

var profiles = [...]profile{
	{name: "AEAD_AES_128_GCM", key: 16, salt: 12, tag: 16, aead: true},
	{name: "AEAD_AES_256_GCM", key: 32, salt: 12, tag: 16, aead: true},
	{name: "AES_CM_128_HMAC_SHA1_80", key: 16, salt: 14, tag: 10},
	{name: "AES_CM_128_HMAC_SHA1_32", key: 16, salt: 14, tag: 4},
}

const shortTag = 8 // a tag under 8 bytes is met by chance in a long search

// form is how the original header travels.
type form int

const (
	lite   form = iota // PERC Lite
	double             // RFC 8723
	forms
)

// The beginnings of "alg" in a key file, before the profile's name.
var prefixes = [forms]string{lite: "PERC-LITE-", double: "SRTP-DOUBLE-"}

// The names that Result.Scheme has for packets opened here.
var schemes = [forms]string{lite: "perc-lite", double: "srtp-double"}

// Handles reports whether alg, of a key file, is one of this package.
func Handles(alg string) bool {
	_, p := parseAlg(alg)
	return p != nil
}

// parseAlg returns nil for what is not of this package. RFC 8723 has AES-GCM
// profiles only.
func parseAlg(alg string) (form, *profile) {
	for f, prefix := range prefixes {
		name, ok := strings.CutPrefix(alg, prefix)
		if !ok {
			continue
		}
		for i := range profiles {
			if p := &profiles[i]; p.name == name && (p.aead || form(f) == lite) {
				return form(f), p
			}
		}
	}
	return 0, nil
}
