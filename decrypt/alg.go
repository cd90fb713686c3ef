package decrypt

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// srtpSizes are the lengths of master key and master salt together
// (RFC 3711, section 8.2; RFC 7714, section 12).
var srtpSizes = map[string]int{
	"AEAD_AES_128_GCM":        28,
	"AEAD_AES_256_GCM":        44,
	"AES_CM_128_HMAC_SHA1_32": 30,
	"AES_CM_128_HMAC_SHA1_80": 30,
}

// ciphers are the values of "alg" for secret keys, apart from those that name
// an SRTP profile.
var ciphers = []string{
	// The suites of the IANA registry "SFrame Cipher Suites".
	"SFRAME-AES_128_CTR_HMAC_SHA256_80",
	"SFRAME-AES_128_CTR_HMAC_SHA256_64",
	"SFRAME-AES_128_CTR_HMAC_SHA256_32",
	"SFRAME-AES_128_GCM_SHA256_128",
	"SFRAME-AES_256_GCM_SHA512_128",
	"SFRAME-AES_256_CTR_HMAC_SHA512_80",
	"SFRAME-AES_256_CTR_HMAC_SHA512_64",
	"SFRAME-AES_256_CTR_HMAC_SHA512_32",
	"MEDOOZE-SFRAME",
	"JITSI-GCM",
	"JITSI-GCM-DIRECT",
	"JITSI-JFRAME-CTR",
	"JITSI-HIPS",
	"LIVEKIT-A128GCM",
	"LIVEKIT-A256GCM",
	"XOR-DEMO-JANUS",
	"XOR-DEMO-WEBRTC",
}

// Algs are all values of "alg" that the key of a scheme can have.
func Algs() []string {
	all := slices.Clone(ciphers)
	for _, profile := range slices.Sorted(maps.Keys(srtpSizes)) {
		all = append(all, "PERC-LITE-"+profile)
		if strings.HasPrefix(profile, "AEAD_") { // all that RFC 8723 has
			all = append(all, "SRTP-DOUBLE-"+profile)
		}
	}
	return all
}

// signers are the values of "alg" for verification keys, and their curves.
// Browsers export keys without any.
var signers = map[string]string{
	"ES256-SHA512": "P-256",
	"ES384-SHA512": "P-384",
	"ES521-SHA256": "P-521",
	"ES521-SHA512": "P-521",
	"":             "",
}

// srtpProfile is the profile that a per-packet scheme's alg names.
func srtpProfile(alg string) string {
	if p, ok := strings.CutPrefix(alg, "PERC-LITE-"); ok {
		return p
	}
	p, _ := strings.CutPrefix(alg, "SRTP-DOUBLE-")
	return p
}

// keySizes are the lengths of "k" that a scheme takes, nil for any.
func keySizes(alg string) []int {
	if alg == "JITSI-GCM-DIRECT" { // AES-128 or AES-256, no key derivation
		return []int{16, 32}
	}
	if size, ok := srtpSizes[srtpProfile(alg)]; ok {
		return []int{size}
	}
	return nil
}

// unknown says what of a key no scheme here knows, or "".
func unknown(k *Key) string {
	known := false
	switch k.Type {
	case "oct":
		known = slices.Contains(ciphers, k.Alg) || srtpSizes[srtpProfile(k.Alg)] != 0 && k.Alg != srtpProfile(k.Alg)
	case "EC":
		_, known = signers[k.Alg]
	default:
		return "unknown kty " + shown(k.Type)
	}
	if !known {
		return "unknown alg " + shown(k.Alg)
	}
	return ""
}

// shown quotes a name for a message, unless it could be a key in the wrong
// place: names of algorithms are short, or in capitals.
func shown(name string) string {
	capitals := strings.ToUpper(name) == name && len(name) <= 64
	if len(name) > 8 && !capitals {
		return fmt.Sprintf("of %d bytes (not shown)", len(name))
	}
	return fmt.Sprintf("%q", name)
}
