//go:build nokeys

package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// frameOptions is nothing in a build that can hold no keys: it sees packets,
// not frames.
type frameOptions struct{}

func (frameOptions) addFlags(*cobra.Command) {}

func (frameOptions) load(io.Reader, func(string)) error { return nil }

func (frameOptions) look(context.Context, *os.File, info) (frameInfo, error) { return frameInfo{}, nil }

type frameInfo struct{}

func (frameInfo) lines() []infoLine { return nil }

func (frameInfo) json() jsonFrameInfo { return jsonFrameInfo{} }

type jsonFrameInfo struct{}
