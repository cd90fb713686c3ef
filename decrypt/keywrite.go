package decrypt

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// jwk is a Key as the file has it, the members in the order of reading.
type jwk struct {
	Type  string    `json:"kty"`
	Use   string    `json:"use,omitempty"`
	Alg   string    `json:"alg,omitempty"`
	ID    string    `json:"kid,omitempty"`
	Curve string    `json:"crv,omitempty"`
	X     string    `json:"x,omitempty"`
	Y     string    `json:"y,omitempty"`
	K     string    `json:"k,omitempty"`
	E2EE  *jwkExtra `json:"e2ee,omitempty"`
	Opens []string  `json:"x-opens,omitempty"`
}

type jwkExtra struct {
	Sender        string  `json:"sender,omitempty"`
	Index         *uint64 `json:"key_index,omitempty"`
	KeyID         *string `json:"key_id,omitempty"`
	SSRC          *uint32 `json:"ssrc,omitempty"`
	MID           string  `json:"mid,omitempty"`
	Kind          string  `json:"kind,omitempty"`
	KDF           string  `json:"kdf,omitempty"`
	Salt          *string `json:"salt,omitempty"`
	RatchetSalt   *string `json:"ratchet_salt,omitempty"`
	Iterations    int     `json:"iterations,omitempty"`
	RatchetBits   int     `json:"ratchet_bits,omitempty"`
	Generation    any     `json:"generation,omitempty"`
	Epoch         any     `json:"epoch,omitempty"`
	EpochBits     int     `json:"epoch_bits,omitempty"`
	SenderBits    int     `json:"sender_bits,omitempty"`
	Metadata      string  `json:"metadata,omitempty"`
	IVOrder       string  `json:"iv_order,omitempty"`
	SkipVP8Header *bool   `json:"skip_vp8_header,omitempty"`
	ClearHeader   *bool   `json:"clear_header,omitempty"`
	ROC           *uint32 `json:"roc,omitempty"`
	SIFTrailer    string  `json:"sif_trailer,omitempty"`
	Verify        string  `json:"verify,omitempty"`
	NotBefore     int64   `json:"not_before,omitempty"`
	NotAfter      int64   `json:"not_after,omitempty"`
	KeyBits       int     `json:"key_bits,omitempty"`
	Era           string  `json:"era,omitempty"`
}

// WriteKeys writes the set as a key file, which ParseKeys reads back equal.
// What ParseKeys had skipped is not in it. This is the only place that puts
// secrets into readable form.
func WriteKeys(w io.Writer, s *KeySet) error {
	file := struct {
		Keys       []jwk  `json:"keys"`
		SIFTrailer string `json:"sif_trailer,omitempty"`
	}{make([]jwk, 0, len(s.Keys)), encode64(s.SIFTrailer)}
	for _, k := range s.Keys {
		j, err := k.jwk()
		if err != nil {
			return fmt.Errorf("key %.64q: %w", k.ID, err)
		}
		file.Keys = append(file.Keys, j)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(file); err != nil {
		return fmt.Errorf("writing keys: %w", err)
	}
	return nil
}

func (k Key) jwk() (jwk, error) {
	j := jwk{Type: k.Type, Use: k.Use, Alg: k.Alg, ID: k.ID, K: encode64(k.Secret)}
	if k.Opens != "" {
		j.Opens = strings.Split(k.Opens, ",")
	}
	if e := k.E2EE.jwk(); e != (jwkExtra{}) {
		j.E2EE = &e
	}
	if k.Public == nil {
		return j, nil
	}
	point, err := k.Public.Bytes() // SEC 1, section 2.3.3: 04, x, y
	if err != nil {
		return j, err
	}
	half := len(point) / 2
	j.Curve = k.Public.Params().Name
	j.X, j.Y = encode64(point[1:1+half]), encode64(point[1+half:])
	return j, nil
}

func (e E2EE) jwk() jwkExtra {
	x := jwkExtra{
		Sender: e.Sender, Index: e.Index, SSRC: e.SSRC, MID: e.MID, Kind: e.Kind,
		KDF: e.KDF, Salt: e.Salt, RatchetSalt: e.RatchetSalt, Iterations: e.Iterations,
		RatchetBits: e.RatchetBits, EpochBits: e.EpochBits, SenderBits: e.SenderBits,
		Metadata: hex.EncodeToString(e.Metadata), IVOrder: e.IVOrder,
		SkipVP8Header: e.SkipVP8Header, ClearHeader: e.ClearHeader, ROC: e.ROC,
		SIFTrailer: encode64(e.SIFTrailer), Verify: e.Verify,
		NotBefore: e.NotBefore, NotAfter: e.NotAfter, KeyBits: e.KeyBits, Era: e.Era,
	}
	if e.KeyID != nil {
		s := strconv.FormatUint(*e.KeyID, 10)
		x.KeyID = &s
	}
	if e.Generation != 0 {
		x.Generation = number(e.Generation)
	}
	if e.Epoch != nil {
		x.Epoch = number(*e.Epoch)
	}
	return x
}

// number is n as a JSON number as far as every language reads those exactly,
// and as a string above.
func number(n uint64) any {
	const exact = 1 << 53
	if n > exact {
		return strconv.FormatUint(n, 10)
	}
	return n
}

func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
