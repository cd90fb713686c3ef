package door

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Lengths of a token that is given, in bytes. 16 random letters are 75 bits;
// what is shorter can be guessed over the network.
const (
	minToken = 16
	maxToken = 4096
)

// ReadToken takes the content of a token file: one token (RFC 6750, section
// 2.1) with white space around it. Its errors do not show the token.
func ReadToken(file []byte) (string, error) {
	t := strings.TrimSpace(string(file))
	switch {
	case t == "":
		return "", errors.New("the token file is empty")
	case len(t) < minToken:
		return "", fmt.Errorf("the token has %d characters: at least %d are wanted", len(t), minToken)
	case len(t) > maxToken:
		return "", fmt.Errorf("the token has %d characters: at most %d are taken", len(t), maxToken)
	}
	for i := range len(t) {
		c := t[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~+/=", c) >= 0) {
			return "", fmt.Errorf("character %d of the token is none of a-z A-Z 0-9 - . _ ~ + / =", i+1)
		}
	}
	return t, nil
}

// tokenFor is the token given, or one that is made where one is needed.
func tokenFor(o Options, a address) (token string, made bool, err error) {
	switch {
	case o.Token != "" && o.Public:
		return "", false, fmt.Errorf("%w: a token and public exclude each other", ErrOptions)
	case o.Token != "":
		token, err = ReadToken([]byte(o.Token))
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrOptions, err)
		}
		return token, false, err
	case a.loopback || o.Public:
		return "", false, nil
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:]), true, nil
}

// authorized judges a request by its token alone. The time it takes tells
// nothing of how much of the token was right.
func (d *Door) authorized(r *http.Request) bool {
	if d.token == "" {
		return true
	}
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	got, want := sha256.Sum256([]byte(strings.TrimLeft(token, " "))), sha256.Sum256([]byte(d.token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}
