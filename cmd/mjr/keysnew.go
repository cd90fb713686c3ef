//go:build !nokeys

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
)

// defaultAlg is the suite that the browser's own SFrame and our page use.
const defaultAlg = "SFRAME-AES_128_GCM_SHA256_128"

func newKeysNew() *cobra.Command {
	var alg string
	var passphrase bool
	var flags keyFlags
	var out keyOutput
	c := &cobra.Command{
		Use:   "new [flags]",
		Short: "Make a random key, or take a passphrase, into a key file",
		Long: `New makes a random key as long as the scheme's own libraries have it, or takes
a passphrase, into a key file. The schemes and ciphers are these:

` + "  " + strings.Join(decrypt.Algs(), "\n  "),
		Example: `  mjr keys new -o alice.jwks.json --id 1
  mjr keys new -o room.jwks.json --alg LIVEKIT-A128GCM --passphrase --id 0`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			alg = strings.ToUpper(alg)
			if schemeOf(alg) == "" {
				return &exitError{exitMisused, fmt.Errorf("--alg %s: not a scheme that mjr knows", alg), "there are " + strings.Join(decrypt.Algs(), ", ")}
			}
			k := decrypt.Key{Alg: alg}
			k.KDF = flags.kdf
			if err := fillSecret(c.Context(), &k, passphrase); err != nil {
				return err
			}
			flags.apply(c, &k)
			return out.write(c, k)
		},
	}
	c.Flags().StringVar(&alg, "alg", defaultAlg, "scheme and cipher, as key files name them")
	c.Flags().BoolVar(&passphrase, "passphrase", false, "ask for a passphrase on the terminal instead of making a key")
	flags.addFlags(c)
	out.addFlags(c)
	return c
}

// fillSecret makes key material of the length that the scheme's own libraries
// use, or asks for a passphrase, twice.
func fillSecret(ctx context.Context, k *decrypt.Key, passphrase bool) error {
	if !passphrase {
		if strings.HasPrefix(k.Alg, "LIVEKIT-") && k.KDF == "" {
			k.KDF = "HKDF"
		}
		k.Secret = make([]byte, secretSize(k.Alg))
		_, err := rand.Read(k.Secret)
		return err
	}
	first, err := askPassphrase(ctx, "passphrase: ")
	if err != nil {
		return err
	}
	again, err := askPassphrase(ctx, "the same again: ")
	if err != nil {
		return err
	}
	if first != again {
		return misused("the passphrases differ")
	}
	if first == "" {
		return misused("the passphrase is empty")
	}
	k.Secret = decrypt.Secret(first)
	if strings.HasPrefix(k.Alg, "XOR-") {
		k.Secret = lowBytes(first)
	}
	if k.KDF == "" && takesPassphrase(k.Alg) {
		k.KDF = "PBKDF2"
	}
	return nil
}

// secretSize is the length in bytes of a fresh key.
func secretSize(alg string) int {
	switch {
	case alg == "JITSI-GCM-DIRECT", alg == "LIVEKIT-A128GCM":
		return 16
	case strings.HasSuffix(alg, "AEAD_AES_128_GCM"):
		return 16 + 12
	case strings.HasSuffix(alg, "AEAD_AES_256_GCM"):
		return 32 + 12
	case strings.Contains(alg, "AES_CM_128_HMAC_SHA1"):
		return 16 + 14
	case strings.HasPrefix(alg, "SFRAME-AES_128_GCM"):
		return 16
	}
	return 32
}

// takesPassphrase tells which schemes stretch what is typed.
func takesPassphrase(alg string) bool {
	return strings.HasPrefix(alg, "LIVEKIT-") || alg == "JITSI-HIPS"
}

// namesByKID tells whether frames name the key by a KID of up to 64 bits, or
// by the index of a ring slot.
func namesByKID(alg string) bool {
	return strings.HasPrefix(alg, "SFRAME-") || alg == "MEDOOZE-SFRAME"
}

// keyLine is what a key file says of a key, without the key.
func keyLine(k decrypt.Key) string {
	s := fmt.Sprintf("key %q: %s", k.ID, k.Alg)
	if k.KeyID != nil {
		s += fmt.Sprintf(", key id %d", *k.KeyID)
	}
	if k.Index != nil {
		s += fmt.Sprintf(", key index %d", *k.Index)
	}
	if k.KDF != "" {
		s += ", " + k.KDF
	}
	if k.Sender != "" {
		s += fmt.Sprintf(", sender %q", k.Sender)
	}
	return s
}
