//go:build !nokeys

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/decrypt"
)

// keysEnv names a key file for every command that takes keys. The environment
// never holds a key itself.
const keysEnv = "MJR_KEYS_FILE"

// maxKeyFile bounds a key file, before and after age has opened it.
const maxKeyFile = 16 << 20

// keyOptions are the flags that name key files.
type keyOptions struct {
	files      []string
	identities []string
}

func (o *keyOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&o.files, "keys", "k", nil, "key `FILE`, a JWK Set (repeatable; - is standard input; default $"+keysEnv+")")
	f.StringArrayVarP(&o.identities, "identity", "i", nil, "age identity `FILE` that opens an encrypted key file (repeatable)")
}

// named lists the key files: those of the flags, else that of the environment.
func (o *keyOptions) named() []string {
	if env := os.Getenv(keysEnv); len(o.files) == 0 && env != "" {
		return []string{env}
	}
	return o.files
}

// load reads all key files named, nil if there are none. What a user should
// know of them goes to warn; no key ever does.
func (o *keyOptions) load(ctx context.Context, in io.Reader, warn func(string)) (*decrypt.KeySet, error) {
	if len(o.named()) == 0 {
		return nil, nil
	}
	all := new(decrypt.KeySet)
	for i, name := range o.named() {
		if name == "-" && (len(o.files) == 0 || slices.Contains(o.files[:i], "-")) {
			return nil, misused("standard input can be one key file only, and has to be named by --keys")
		}
		set, err := o.loadFile(ctx, name, in, warn)
		if err != nil {
			return nil, fmt.Errorf("key file %s: %w", name, err)
		}
		for _, w := range set.Warnings {
			warn(fmt.Sprintf("key file %s: %s", name, w))
		}
		if err := all.Merge(set); err != nil {
			return nil, fmt.Errorf("key file %s: %w", name, err)
		}
	}
	return all, nil
}

func (o *keyOptions) loadFile(ctx context.Context, name string, in io.Reader, warn func(string)) (*decrypt.KeySet, error) {
	r := in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
			warn(fmt.Sprintf("key file %s can be read by others (mode %04o): chmod 600 it", name, info.Mode().Perm()))
		}
		r = f
	}
	plain, err := o.openAge(ctx, r)
	if err != nil {
		return nil, err
	}
	return decrypt.ParseKeys(plain)
}

// openAge takes away age's encryption where there is one.
func (o *keyOptions) openAge(ctx context.Context, r io.Reader) (io.Reader, error) {
	const magic = "age-encryption.org/"
	b := bufio.NewReader(io.LimitReader(r, maxKeyFile+1))
	start, err := b.Peek(len(armor.Header))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var sealed io.Reader = b
	switch {
	case bytes.HasPrefix(start, []byte(armor.Header)):
		sealed = armor.NewReader(b)
	case !bytes.HasPrefix(start, []byte(magic)):
		return b, nil
	}
	identities, err := o.loadIdentities(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(sealed, identities...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, &exitError{exitNoKey, errors.New("encrypted with age, and no identity opens it"),
			"name the age identity with --identity, or give the right passphrase"}
	case err != nil:
		return nil, err
	}
	return io.LimitReader(plain, maxKeyFile+1), nil
}

func (o *keyOptions) loadIdentities(ctx context.Context) ([]age.Identity, error) {
	var all []age.Identity
	for _, name := range o.identities {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		ids, err := age.ParseIdentities(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("identity file %s: no age identity in it", name)
		}
		all = append(all, ids...)
	}
	ask := func() (string, error) { return askPassphrase(ctx, "passphrase of the key file: ") }
	return append(all, askIdentity(ask)), nil
}

// askIdentity asks for a passphrase, but only for a file that was encrypted
// with one.
type askIdentity func() (string, error)

// Unwrap implements age.Identity.
func (ask askIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != "scrypt" {
		return nil, age.ErrIncorrectIdentity
	}
	pass, err := ask()
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(pass)
	if err != nil {
		return nil, err
	}
	return id.Unwrap(stanzas)
}
