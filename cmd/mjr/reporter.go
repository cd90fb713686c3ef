package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// schema is in every JSON object, so that a script knows what it reads.
// Members are only ever added to it.
const schema = "mjr/1"

// reporter tells the user what happens: words on standard error, or JSON Lines
// on standard output. It may be used by several goroutines.
type reporter struct {
	out, errw io.Writer
	json      bool
	mu        sync.Mutex
}

func newReporter(out, errw io.Writer, json bool) *reporter {
	return &reporter{out: out, errw: errw, json: json}
}

// line prints a line for people.
func (r *reporter) line(format string, a ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.errw, "mjr: "+format+"\n", a...)
}

// object prints a JSON line for scripts; members is a struct with the common
// members first.
func (r *reporter) object(members any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return json.NewEncoder(r.out).Encode(members)
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
