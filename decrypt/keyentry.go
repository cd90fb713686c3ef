package decrypt

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// maxIterations bounds PBKDF2, which runs before anything is authenticated.
const maxIterations = 10_000_000

// entry reads one JWK, the n-th of its file.
func (p *parser) entry(n int, raw map[string]json.RawMessage) error {
	m := &members{raw: raw}
	k := Key{
		ID:   m.text("kid"),
		Type: m.text("kty"),
		Use:  m.text("use"),
		Alg:  m.text("alg"),
	}
	name := fmt.Sprintf("key %.64q", k.ID)
	leaks := holdsKey(k.ID, raw)
	if k.ID == "" || leaks {
		name = fmt.Sprintf("entry %d", n)
	}
	if m.err != nil {
		return fmt.Errorf("%s: %w", name, m.err)
	}
	if what := unknown(&k); what != "" {
		p.warn("%s: %s, skipped", name, what)
		return nil
	}
	switch {
	case leaks:
		return fmt.Errorf("%s: kid holds the key itself, and names are shown", name)
	case k.ID != "" && p.kids[k.ID]:
		return fmt.Errorf("%s is in the file twice", name)
	}
	k.Opens = m.names("x-opens")
	if k.Type == "EC" {
		k.Public = m.point(k.Alg)
		if raw["d"] != nil {
			p.warn("%s: has a private part, which nothing here needs", name)
		}
	} else {
		k.Secret = m.secret(k.Alg)
	}
	e := m.object("e2ee")
	k.E2EE = e.e2ee()
	if err := cmp.Or(m.err, e.err); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, member := range e.unread() {
		p.warn("%s: unknown member %.40q of e2ee", name, member)
	}
	p.add(n, k)
	return nil
}

func (p *parser) add(n int, k Key) {
	if k.ID == "" {
		p.nameless = append(p.nameless, len(p.set.Keys))
	} else {
		p.kids[k.ID] = true
	}
	p.set.Keys = append(p.set.Keys, k)
	p.numbers = append(p.numbers, n)
}

// e2ee reads the member of that name.
func (m *members) e2ee() E2EE {
	e := E2EE{
		Index:  m.number("key_index", 0, 255),
		KeyID:  m.decimal("key_id"),
		Sender: m.text("sender"),
		SSRC:   m.number32("ssrc"),
		MID:    m.text("mid"),
		Kind:   m.oneOf("kind", "audio", "video"),

		KDF:         m.oneOf("kdf", "PBKDF2", "HKDF", "ratchet", "mls", "mls-cisco", "per-ssrc"),
		Salt:        m.optionalText("salt"),
		RatchetSalt: m.optionalText("ratchet_salt"),
		Iterations:  int(m.count("iterations", 1, maxIterations)),

		RatchetBits: int(m.count("ratchet_bits", 0, 63)),
		Epoch:       m.decimal("epoch"),
		EpochBits:   int(m.count("epoch_bits", 0, 63)),
		SenderBits:  int(m.count("sender_bits", 0, 63)),

		Metadata:      m.hex("metadata"),
		IVOrder:       m.oneOf("iv_order", "ctr-kid", "kid-ctr"),
		SkipVP8Header: m.flag("skip_vp8_header"),
		ClearHeader:   m.flag("clear_header"),
		ROC:           m.number32("roc"),
		SIFTrailer:    m.base64("sif_trailer"),
		Verify:        m.text("verify"),
		NotBefore:     int64(m.count("not_before", 0, math.MaxInt64)),
		NotAfter:      int64(m.count("not_after", 0, math.MaxInt64)),
		KeyBits:       int(m.count("key_bits", 128, 256)),
		Era:           m.oneOf("era", "D", "E", "F", "G"),
	}
	if g := m.decimal("generation"); g != nil {
		e.Generation = *g
	}
	if b := e.KeyBits; b != 0 && b != 128 && b != 256 {
		m.fail("key_bits", "is neither 128 nor 256")
	}
	if e.EpochBits+e.SenderBits > 64 {
		m.fail("epoch_bits", "and sender_bits are %d together, more than a KID has", e.EpochBits+e.SenderBits)
	}
	return e
}

// secret is "k", of a length that the scheme takes.
func (m *members) secret(alg string) Secret {
	b, sizes := m.base64("k"), keySizes(alg)
	switch {
	case m.err != nil:
	case b == nil:
		m.fail("k", "is missing or empty")
	case sizes != nil && !slices.Contains(sizes, len(b)):
		m.fail("k", "has %d bytes, %s takes %d", len(b), alg, sizes)
	}
	return b
}

// curve finds a curve by its name in RFC 7518, section 6.2.1.1.
func curve(name string) elliptic.Curve {
	switch name {
	case "P-256":
		return elliptic.P256()
	case "P-384":
		return elliptic.P384()
	case "P-521":
		return elliptic.P521()
	}
	return nil
}

// point is the public key in "crv", "x" and "y" (RFC 7518, section 6.2.1).
func (m *members) point(alg string) *ecdsa.PublicKey {
	name := m.text("crv")
	c := curve(name)
	x, y := m.base64("x"), m.base64("y")
	switch want := signers[alg]; {
	case m.err != nil:
		return nil
	case c == nil:
		m.fail("crv", "is none of P-256, P-384, P-521")
		return nil
	case want != "" && want != name:
		m.fail("crv", "is %s, %s takes %s", name, alg, want)
		return nil
	}
	size := (c.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size {
		m.fail("x", "and y have %d and %d bytes, %s takes %d each", len(x), len(y), name, size)
		return nil
	}
	const uncompressed = 4 // SEC 1, section 2.3.3
	pub, err := ecdsa.ParseUncompressedPublicKey(c, append(append([]byte{uncompressed}, x...), y...))
	if err != nil {
		m.fail("x", "and y are not a point of %s", name)
		return nil
	}
	return pub
}

// holdsKey reports whether a label shows the key itself, which some tools
// put there.
func holdsKey(label string, raw map[string]json.RawMessage) bool {
	m := members{raw: raw}
	b := m.base64("k")
	const accident = 6 // the bytes of shorter keys may stand there in innocence
	return len(b) >= accident && (strings.Contains(label, string(b)) ||
		strings.Contains(label, base64.RawURLEncoding.EncodeToString(b)) ||
		strings.Contains(label, base64.RawStdEncoding.EncodeToString(b)) ||
		strings.Contains(strings.ToLower(label), hex.EncodeToString(b)))
}

// unread lists the members that nobody asked for.
func (m *members) unread() []string {
	var names []string
	for name := range m.raw {
		if !m.read[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
