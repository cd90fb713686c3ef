//go:build !nokeys

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
)

func newKeysCheck() *cobra.Command {
	var keys keyOptions
	var json bool
	c := &cobra.Command{
		Use:   "check [flags] FILE...",
		Short: "Check key files: what is in them, and what is wrong",
		Long: `Check reads key files and lists their keys without showing them. A file that
cannot be used at all is exit code 1; what is only unwise is a warning.`,
		RunE: func(c *cobra.Command, args []string) error {
			say := newReporter(c.OutOrStdout(), c.ErrOrStderr(), json)
			keys.files = args
			if len(keys.named()) == 0 {
				return misused("no key file was named")
			}
			set, err := keys.load(c.Context(), c.InOrStdin(), say.warn)
			if err != nil {
				return err
			}
			for _, w := range unwise(set.Keys) {
				say.warn(w)
			}
			for _, k := range set.Keys {
				if json {
					err = say.object(keyJSON(k))
				} else {
					_, err = fmt.Fprintln(c.OutOrStdout(), keyLine(k))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringArrayVarP(&keys.identities, "identity", "i", nil, "age identity `FILE` that opens an encrypted key file (repeatable)")
	c.Flags().BoolVar(&json, "json", false, "print JSON Lines")
	return c
}

// unwise finds what works and should not be: material that serves two senders
// under a scheme where that gives away the plaintext, and material so short
// that it can be guessed.
func unwise(keys []decrypt.Key) []string {
	var warnings []string
	first := make(map[string]decrypt.Key) // by alg and material
	for _, k := range keys {
		if err := refused(k); err != nil {
			warnings = append(warnings, fmt.Sprintf("key %q cannot be used: %v", k.ID, err))
		}
		typed := takesPassphrase(k.Alg) || k.KDF == "PBKDF2" || strings.HasPrefix(k.Alg, "XOR-")
		if k.Type == "oct" && !typed && len(k.Secret) < 16 {
			warnings = append(warnings, fmt.Sprintf("key %q: %d bytes can be guessed", k.ID, len(k.Secret)))
		}
		same := k.Alg + " " + string(k.Secret)
		other, ok := first[same]
		if !ok {
			first[same] = k
		} else if sharesKeystream(k, other) {
			warnings = append(warnings, fmt.Sprintf("keys %q and %q are the same key for two senders: "+
				"under %s their frames give each other away", other.ID, k.ID, k.Alg))
		}
	}
	return warnings
}

// sharesKeystream tells whether two senders with one key encrypt with the same
// keystream: JFrame builds its nonces from a counter that every sender begins
// anew. So does SFrame.js, of which ParseKeys warns. RFC 9605 derives a key
// for each KID, and the nonces of GCM schemes hold the SSRC.
func sharesKeystream(a, b decrypt.Key) bool {
	return a.Alg == "JITSI-JFRAME-CTR" && a.Sender != b.Sender
}

// jsonKey is a key as scripts see it: everything but the key.
type jsonKey struct {
	common
	KID    string  `json:"kid"`
	Alg    string  `json:"alg"`
	Use    string  `json:"use,omitempty"`
	KeyID  *string `json:"key_id,omitempty"`
	Index  *uint64 `json:"key_index,omitempty"`
	KDF    string  `json:"kdf,omitempty"`
	Sender string  `json:"sender,omitempty"`
	Kind   string  `json:"kind,omitempty"`
}

func keyJSON(k decrypt.Key) jsonKey {
	j := jsonKey{common: common{schema, "key"}, KID: k.ID, Alg: k.Alg, Use: k.Use,
		Index: k.Index, KDF: k.KDF, Sender: k.Sender, Kind: k.Kind}
	if k.KeyID != nil {
		s := fmt.Sprint(*k.KeyID) // up to 64 bits: a JSON number would break
		j.KeyID = &s
	}
	return j
}
