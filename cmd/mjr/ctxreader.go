package main

import (
	"context"
	"io"
)

// ctxReader ends a run at the next read after a signal, and moves the
// progress.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
	bar *progress
}

func (c *ctxReader) Read(b []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	n, err := c.r.Read(b)
	c.bar.add(n)
	return n, err
}
