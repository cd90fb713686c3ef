package main

import (
	"bytes"
	"context"
	"strings"
)

// command runs mjr, and returns its exit code and what it said.
func command(ctx context.Context, args ...string) (int, string) {
	var said bytes.Buffer
	code := run(ctx, args, strings.NewReader(""), &said, &said)
	return code, said.String()
}
