package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unicode"
)

// schema is in every JSON object, so that a script knows what it reads.
// Members are only ever added to it.
const schema = "mjr/1"

// reporter tells the user what happens: words on standard error, or JSON Lines
// on standard output. It may be used by several goroutines.
type reporter struct {
	out, errw io.Writer
	json      bool
	// alone: what is done goes on, and counts, also where nobody reads any
	// more what is said of it.
	alone bool
	mu    sync.Mutex
}

// newLoneReporter is for what runs long, and is ended by others.
func newLoneReporter(out, errw io.Writer, json bool) *reporter {
	survivePipes()
	r := newReporter(out, errw, json)
	r.alone = true
	return r
}

func newReporter(out, errw io.Writer, json bool) *reporter {
	return &reporter{out: out, errw: errw, json: json}
}

// line prints a line for people.
func (r *reporter) line(format string, a ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.errw, "mjr: %s\n", printable(fmt.Sprintf(format, a...)))
}

// printable makes text from files and their names harmless to a terminal: what
// is no printable character is shown as an escape.
func printable(s string) string {
	if strings.IndexFunc(s, notPrintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if notPrintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func notPrintable(r rune) bool { return !unicode.IsPrint(r) }

// object prints a JSON line for scripts; members is a struct with the common
// members first.
func (r *reporter) object(members any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := json.NewEncoder(r.out).Encode(members)
	if r.alone && errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// warn tells of something that ends nothing.
func (r *reporter) warn(text string) {
	if r.json {
		r.object(struct {
			common
			Message string `json:"message"`
		}{common{schema, "warning"}, text})
		return
	}
	r.line("warning: %s", text)
}

// common begins every JSON object.
type common struct {
	Schema string `json:"schema"`
	Type   string `json:"type"`
}

// jsonError is an error with its exit code, as JSON has it.
type jsonError struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Exit    int    `json:"exit"`
}
