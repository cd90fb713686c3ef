package decrypttest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// printing prints Openers and Sealers that have worked, in every way that Go
// knows. A field of bytes shows, even one of type decrypt.Secret, which fmt
// does not ask when it is not exported; behind a pointer it does not.
func printing(t testing.TB, c Config) {
	if len(c.Secrets) == 0 {
		t.Fatal("decrypttest: no Secrets to look for")
	}
	o, s := c.pair(t)
	for _, v := range []any{o, s, c.Stranger(t)} {
		j, _ := json.Marshal(v)
		text := strings.ToLower(fmt.Sprintf("%v %+v %#v %s %x %q %d %s", v, v, v, v, v, v, v, j))
		for i, secret := range c.Secrets {
			for _, shape := range []string{
				string(secret),
				hex.EncodeToString(secret),
				base64.RawStdEncoding.EncodeToString(secret),
				base64.RawURLEncoding.EncodeToString(secret),
				strings.Trim(fmt.Sprint(secret), "[]"),
				strings.Trim(fmt.Sprintf("%#v", secret), "[]byte{}"),
			} {
				if strings.Contains(text, strings.ToLower(shape)) {
					t.Errorf("%T, printed, shows secret %d", v, i)
				}
			}
		}
	}
}
