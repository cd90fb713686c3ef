//go:build !nokeys

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
)

func newKeys() *cobra.Command {
	c := &cobra.Command{
		Use:   "keys",
		Short: "Make, check and take over key files",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newKeysNew(), newKeysCheck(), newKeysImport())
	return c
}

// keyOutput is where a key goes: a file of mode 0600, or a pipe. Never a
// terminal.
type keyOutput struct {
	path string
	add  bool
}

func (o *keyOutput) addFlags(c *cobra.Command) {
	c.Flags().StringVarP(&o.path, "output", "o", "keys.jwks.json", "write to `FILE`, readable by you alone; - is a pipe on standard output")
	c.Flags().BoolVarP(&o.add, "add", "a", false, "add to the keys that FILE has")
}

// write puts a key into the file, and says on errw where it went.
func (o *keyOutput) write(c *cobra.Command, k decrypt.Key) error {
	var entry bytes.Buffer
	if err := decrypt.WriteKeys(&entry, &decrypt.KeySet{Keys: []decrypt.Key{k}}); err != nil {
		return err
	}
	// What the reader or the scheme refuses is not written in the first place.
	if _, err := decrypt.ParseKeys(bytes.NewReader(entry.Bytes())); err != nil {
		return &exitError{exitMisused, err, ""}
	}
	if err := refused(k); err != nil {
		return &exitError{exitMisused, err, ""}
	}
	if o.path == "-" {
		if isTerminal(c.OutOrStdout()) {
			return misused("a key is not written to a terminal")
		}
		_, err := c.OutOrStdout().Write(entry.Bytes())
		return err
	}
	content, err := o.content(entry.Bytes())
	if err != nil {
		return err
	}
	path := o.path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link names is added to, not the link replaced
	}
	out := &output{path: path, force: o.add, perm: 0o600}
	defer out.abort()
	defer out.abortWith(c.Context())()
	if _, err := out.Write(content); err != nil {
		return hintAdd(err)
	}
	if err := out.commit(); err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "mjr: key %q is in %s; whoever has that file can open the recordings\n", k.ID, o.path)
	return nil
}

// hintAdd tells what to do about a key file that exists.
func hintAdd(err error) error {
	if exitCode(err) == exitExists {
		return &exitError{exitExists, err, "add to it with --add"}
	}
	return err
}

// content is the file with the new entry added behind those it has. They are
// kept as they stand, also those of other tools.
func (o *keyOutput) content(entry []byte) ([]byte, error) {
	if !o.add {
		return entry, nil
	}
	old, err := os.ReadFile(o.path)
	if errors.Is(err, os.ErrNotExist) {
		return entry, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := decrypt.ParseKeys(bytes.NewReader(old)); err != nil {
		if bytes.HasPrefix(old, []byte("age-encryption.org/")) || bytes.HasPrefix(old, []byte("-----BEGIN AGE")) {
			err = errors.New("encrypted with age: decrypt it, add to it, and encrypt it again")
		}
		return nil, &exitError{exitMisused, fmt.Errorf("key file %s: %w", o.path, err), ""}
	}
	var file, added map[string]json.RawMessage
	var keys, more []json.RawMessage
	if json.Unmarshal(old, &file) != nil || json.Unmarshal(file["keys"], &keys) != nil {
		return nil, &exitError{exitMisused, fmt.Errorf("key file %s holds a single key: there is no list to add to", o.path), ""}
	}
	if err := errors.Join(json.Unmarshal(entry, &added), json.Unmarshal(added["keys"], &more)); err != nil {
		return nil, err
	}
	list, err := json.Marshal(slices.Concat(keys, more))
	if err != nil {
		return nil, err
	}
	file["keys"] = list
	var content bytes.Buffer
	e := json.NewEncoder(&content)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(file); err != nil {
		return nil, err
	}
	if _, err := decrypt.ParseKeys(bytes.NewReader(content.Bytes())); err != nil {
		return nil, &exitError{exitMisused, fmt.Errorf("%s: %w", o.path, err), "give the new key another --kid"}
	}
	return content.Bytes(), nil
}

// keyFlags are the members of a key that both new and import may set.
type keyFlags struct {
	kid    string
	id     uint64
	sender string
	kind   string
	salt   string
	bits   int
	kdf    string

	ratchetBits, epochBits, senderBits int
	generation, epoch                  uint64
}

func (o *keyFlags) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.kid, "kid", "", "`NAME` of the key in messages")
	f.Uint64Var(&o.id, "id", 0, "key id or key index that the frames name")
	f.StringVar(&o.sender, "sender", "", "participant whose frames it opens")
	f.StringVar(&o.kind, "kind", "", "only for audio, or only for video")
	f.StringVar(&o.salt, "salt", "", "salt of the key derivation; for Jitsi of 2020 the room's name")
	f.IntVar(&o.bits, "key-bits", 0, "AES key length of JITSI-GCM: 128 or 256")
	f.StringVar(&o.kdf, "kdf", "", "key derivation, where the scheme has several: PBKDF2, HKDF, ratchet, mls, …")
	f.IntVar(&o.ratchetBits, "ratchet-bits", 0, "bits of the ratchet step in a KID (RFC 9605, ratchet)")
	f.Uint64Var(&o.generation, "generation", 0, "number of the key (RFC 9605, ratchet)")
	f.Uint64Var(&o.epoch, "epoch", 0, "number of the epoch (RFC 9605, mls)")
	f.IntVar(&o.epochBits, "epoch-bits", 0, "bits of the epoch in a KID (RFC 9605, mls)")
	f.IntVar(&o.senderBits, "sender-bits", 0, "bits of the sender in a KID (RFC 9605, mls)")
}

// apply completes a key from the flags that were given.
func (o *keyFlags) apply(c *cobra.Command, k *decrypt.Key) {
	k.Type, k.Use = "oct", "enc"
	if c.Flags().Changed("id") {
		k.Index, k.KeyID = nil, nil
		if namesByKID(k.Alg) {
			k.KeyID = &o.id
		} else {
			k.Index = &o.id
		}
	}
	if c.Flags().Changed("salt") {
		k.Salt = &o.salt
	}
	if o.sender != "" {
		k.Sender = o.sender
	}
	if o.kind != "" {
		k.Kind = o.kind
	}
	if c.Flags().Changed("epoch") {
		k.Epoch = &o.epoch
	}
	k.KeyBits, k.Generation = cmp.Or(o.bits, k.KeyBits), cmp.Or(o.generation, k.Generation)
	k.RatchetBits = cmp.Or(o.ratchetBits, k.RatchetBits)
	k.EpochBits, k.SenderBits = cmp.Or(o.epochBits, k.EpochBits), cmp.Or(o.senderBits, k.SenderBits)
	k.KDF = cmp.Or(o.kdf, k.KDF)
	k.ID = o.kid
	if k.ID == "" {
		k.ID = keyName(*k)
	}
}

// keyName makes up a kid from what the key says of itself.
func keyName(k decrypt.Key) string {
	name := k.Alg
	if k.Sender != "" {
		name = k.Sender
	}
	for _, id := range []*uint64{k.KeyID, k.Index} {
		if id != nil {
			name += fmt.Sprintf("/%d", *id)
		}
	}
	return name
}

// readAll reads what a user hands over, a file or standard input.
func readAll(name string, in io.Reader) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	const most = 1 << 20
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && len(b) > most {
		err = fmt.Errorf("%s: more than %d bytes are no key", name, most)
	}
	return b, err
}
