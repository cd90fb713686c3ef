//go:build !nokeys

package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
)

// origin is a project, and the form in which it hands out its keys.
type origin struct {
	name string
	what string // the form, for the help
	read func([]byte) (decrypt.Key, error)
	// room: the salt, the room's name, is needed.
	room bool
}

var (
	talkSalt        = "TalkFrameEncryptionKey"
	talkRatchetSalt = "TalkFrameRatchetKey"
)

var origins = []origin{
	{name: "jitsi", what: `JSON {"key": base64, "keyIndex": n}, as sent through olm`, read: readJitsi},
	{name: "jitsi-external", what: `JSON {"exportedKey": [bytes], "index": n}, or the array alone`, read: readJitsiExternal},
	{name: "jitsi-2020", what: "the passphrase, with --salt ROOM", read: asText("JITSI-HIPS", "PBKDF2"), room: true},
	{name: "nextcloud", what: "as jitsi, from Nextcloud Talk", read: func(b []byte) (decrypt.Key, error) {
		k, err := readJitsi(b)
		k.Salt, k.RatchetSalt = &talkSalt, &talkRatchetSalt
		return k, err
	}},
	{name: "livekit", what: "the passphrase, as text", read: asText("LIVEKIT-A128GCM", "PBKDF2")},
	{name: "livekit-raw", what: "the key, as bytes", read: asBytes("LIVEKIT-A128GCM", "HKDF")},
	{name: "element-call", what: `base64, or JSON {"keys": [{"index": n, "key": base64}]}, with --sender @user:server:DEVICE`, read: readElementCall},
	{name: "medooze", what: "the base key, as bytes, with --id SENDER", read: asBytes("MEDOOZE-SFRAME", "")},
	{name: "rfc9605", what: "the base key in hex, with --id KID", read: asHex(defaultAlg, "")},
	{name: "rfc9605-mls", what: "an epoch's exporter secret in hex", read: asHex(defaultAlg, "mls")},
	{name: "xor-janus", what: "what was typed, of Janus's demo", read: asText("XOR-DEMO-JANUS", "")},
	{name: "xor-webrtc", what: "what was typed, of the WebRTC sample", read: asText("XOR-DEMO-WEBRTC", "")},
	{name: "perc-lite", what: "base64 of master key and salt", read: readPERC("PERC-LITE-")},
	{name: "srtp-double", what: "base64 of the inner half of key and salt", read: readPERC("SRTP-DOUBLE-")},
}

func newKeysImport() *cobra.Command {
	var from, alg string
	var flags keyFlags
	var out keyOutput
	var list strings.Builder
	var names []string
	for _, o := range origins {
		names = append(names, o.name)
		list.WriteString("\n  " + o.name + strings.Repeat(" ", 16-len(o.name)) + o.what)
	}
	c := &cobra.Command{
		Use:   "import --from PROJECT [flags] FILE",
		Short: "Take over a key from what a project hands out",
		Long: `Import reads a key in the form in which a project hands it out, from a file or
from standard input (-), and writes it as a key file. Projects and forms:
` + list.String(),
		Example: `  mjr keys import --from jitsi --sender abcdef12 -o call.jwks.json key.json
  pass show room | mjr keys import --from livekit --id 0 -o room.jwks.json -`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			i := slices.IndexFunc(origins, func(o origin) bool { return o.name == from })
			if i < 0 {
				return misused("--from %q: want one of %s", from, strings.Join(names, ", "))
			}
			if origins[i].room && !c.Flags().Changed("salt") {
				return misused("--from %s needs the room's name: --salt ROOM", from)
			}
			b, err := readAll(args[0], c.InOrStdin())
			if err != nil {
				return err
			}
			k, err := origins[i].read(b)
			if err != nil {
				return misused("%s is not a key of %s: %w", args[0], from, err)
			}
			if alg != "" {
				alg = strings.ToUpper(alg)
				if schemeOf(alg) != schemeOf(k.Alg) || schemeOf(alg) == "" {
					return misused("--alg %s: not a cipher of %s", alg, from)
				}
				k.Alg = alg
			}
			flags.apply(c, &k)
			return out.write(c, k)
		},
	}
	c.Flags().StringVar(&from, "from", "", "`PROJECT` that the key comes from")
	c.Flags().StringVar(&alg, "alg", "", "another cipher of the same project")
	complete(c, "from", names...)
	flags.addFlags(c)
	out.addFlags(c)
	return c
}
