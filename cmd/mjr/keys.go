//go:build !nokeys

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

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
	// What the reader refuses is not written in the first place.
	if _, err := decrypt.ParseKeys(bytes.NewReader(entry.Bytes())); err != nil {
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
	out := &output{path: o.path, force: o.add, perm: 0o600}
	defer out.abort()
	if _, err := out.Write(content); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "mjr: key %q is in %s; whoever has that file can open the recordings\n", k.ID, o.path)
	return nil
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
		return nil, fmt.Errorf("key file %s: %w", o.path, err)
	}
	var file, added map[string]json.RawMessage
	var keys, more []json.RawMessage
	if json.Unmarshal(old, &file) != nil || json.Unmarshal(file["keys"], &keys) != nil {
		return nil, &exitError{exitMisused, fmt.Errorf("key file %s holds a single key: there is no list to add to", o.path), ""}
	}
	if err := errors.Join(json.Unmarshal(entry, &added), json.Unmarshal(added["keys"], &more)); err != nil {
		return nil, err
	}
	list, err := json.Marshal(append(keys, more...))
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
}

func (o *keyFlags) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.kid, "kid", "", "`NAME` of the key in messages")
	f.Uint64Var(&o.id, "id", 0, "key id or key index that the frames name")
	f.StringVar(&o.sender, "sender", "", "participant whose frames it opens")
	f.StringVar(&o.kind, "kind", "", "only for audio, or only for video")
	f.StringVar(&o.salt, "salt", "", "salt of the key derivation; for Jitsi of 2020 the room's name")
	f.IntVar(&o.bits, "key-bits", 0, "AES key length of JITSI-GCM: 128 or 256")
}

// apply completes a key from the flags that were given.
func (o *keyFlags) apply(c *cobra.Command, k *decrypt.Key) {
	k.Type, k.Use = "oct", "enc"
	if c.Flags().Changed("id") {
		k.E2EE.Index, k.E2EE.KeyID = nil, nil
		if namesByKID(k.Alg) {
			k.E2EE.KeyID = &o.id
		} else {
			k.E2EE.Index = &o.id
		}
	}
	if c.Flags().Changed("salt") {
		k.E2EE.Salt = &o.salt
	}
	if o.sender != "" {
		k.E2EE.Sender = o.sender
	}
	if o.kind != "" {
		k.E2EE.Kind = o.kind
	}
	if o.bits != 0 {
		k.E2EE.KeyBits = o.bits
	}
	switch {
	case o.kid != "":
		k.ID = o.kid
	case k.ID == "":
		k.ID = keyName(*k)
	}
}

// keyName makes up a kid from what the key says of itself.
func keyName(k decrypt.Key) string {
	name := k.Alg
	if k.E2EE.Sender != "" {
		name = k.E2EE.Sender
	}
	for _, id := range []*uint64{k.E2EE.KeyID, k.E2EE.Index} {
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
