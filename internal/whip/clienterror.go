package whip

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// StatusError is an answer other than 2xx.
type StatusError struct {
	URL        string // without query and userinfo
	Status     int
	RetryAfter time.Duration // 0 if the server named no time
	Text       string        // of the body: one printable line, at most 200 bytes
}

func (e *StatusError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "whip: %s: status %d", e.URL, e.Status)
	if t := http.StatusText(e.Status); t != "" {
		b.WriteString(" " + t)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", try again in %v", e.RetryAfter)
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Temporary reports whether the server may take the same offer later.
func (e *StatusError) Temporary() bool {
	switch e.Status {
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	}
	return false
}

func (c *Client) statusError(res *http.Response) error {
	e := &StatusError{URL: shown(res.Request.URL), Status: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"))}
	t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case res.StatusCode/100 == 3:
		e.Text = "only redirects by 307 and 308 keep the offer"
	case t == typeSDP:
		// WHEP, section 4.3: the server would rather make the offer.
		e.Text = "the server made an offer of its own, which cannot be taken"
	case t == "" || strings.HasPrefix(t, "text/plain") || strings.HasSuffix(t, "json"):
		// As much as came; a token that starts in what is shown is read whole.
		b, _ := io.ReadAll(io.LimitReader(res.Body, int64(1<<10+len(c.Token))))
		e.Text = printable(c.hide(string(b)), 200)
	}
	if c.Token != "" && res.Request.Header.Get("Authorization") == "" && (res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden) {
		e.Text = strings.TrimSuffix("the token was kept from this origin, as it is not the one it was given for; "+e.Text, "; ")
	}
	return e
}

// hide takes the token out of what a server sends back.
func (c *Client) hide(text string) string {
	if c.Token == "" {
		return text
	}
	return strings.NewReplacer(c.Token, "(token)", url.QueryEscape(c.Token), "(token)").Replace(text)
}

// retryAfter reads seconds or a date (RFC 9110, section 10.2.3), up to a day.
func retryAfter(value string) time.Duration {
	var d time.Duration
	if n, err := strconv.ParseUint(value, 10, 32); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = time.Until(at).Round(time.Second)
	}
	return max(0, min(d, 24*time.Hour))
}
