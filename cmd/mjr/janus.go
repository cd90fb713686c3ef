//go:build !nonet

package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

// janusFlags say which room of which Janus.
type janusFlags struct {
	url, room, display                            string
	pinFile, secretFile, tokenFile, roomTokenFile string

	given func(flag string) bool
}

func (o *janusFlags) addFlags(c *cobra.Command, what string) {
	f := c.Flags()
	o.given = f.Changed
	f.StringVar(&o.url, "janus", "", what+" a VideoRoom of the Janus whose API is at the WebSocket `URL`: ws://HOST:8188")
	f.StringVar(&o.room, "room", "", "the `ID` of the room")
	f.StringVar(&o.display, "display", "mjr", "the `NAME` to be seen by in the room")
	f.StringVar(&o.pinFile, "pin-file", "", "read the PIN of the room from `FILE`")
	f.StringVar(&o.roomTokenFile, "room-token-file", "", "read the token for the room from `FILE`")
	f.StringVar(&o.secretFile, "janus-secret-file", "", "read the secret of Janus's API from `FILE`")
	f.StringVar(&o.tokenFile, "janus-token-file", "", "read the token for Janus's API from `FILE`")
}

// check settles what flags alone can say.
func (o *janusFlags) check() error {
	if o.url != "" && o.room == "" {
		return misused("--janus needs --room ID")
	}
	if o.url != "" && !strings.HasPrefix(o.url, "ws://") && !strings.HasPrefix(o.url, "wss://") {
		return misused("--janus %s: %w", janus.Printable(o.url), janus.ErrURL)
	}
	for _, name := range []string{"room", "display", "pin-file", "room-token-file", "janus-secret-file", "janus-token-file"} {
		if o.url == "" && o.given(name) {
			return misused("--%s is of --janus", name)
		}
	}
	return nil
}

// janusSecrets are what the files that the flags name hold.
type janusSecrets struct{ pin, roomToken, secret, token string }

func (o *janusFlags) secrets() (janusSecrets, error) {
	var s janusSecrets
	for _, f := range []struct {
		path string
		to   *string
	}{{o.pinFile, &s.pin}, {o.roomTokenFile, &s.roomToken}, {o.secretFile, &s.secret}, {o.tokenFile, &s.token}} {
		if f.path == "" {
			continue
		}
		var err error
		if *f.to, err = readSecret(f.path); err != nil {
			return s, err
		}
	}
	return s, nil
}

// readSecret reads the one line of a file.
func readSecret(path string) (string, error) {
	const most = 4 << 10
	b, err := readSmall(path, most)
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" || len(b) > most || strings.ContainsAny(text, "\r\n\x00") {
		return "", misused("%s: want one line of at most %d bytes", path, most)
	}
	return text, nil
}

// janusError gives an error of Janus its exit code; it leaves others alone.
func janusError(err error) error {
	var exit *exitError
	var refused *janus.Error
	switch {
	case err == nil, errors.As(err, &exit):
		return err
	case errors.As(err, &refused):
		return &exitError{exitNetwork, err, janusHint(refused)}
	case errors.Is(err, rtc.ErrCodec):
		return &exitError{exitUnsupported, err, ""}
	}
	for _, network := range []error{janus.ErrLost, janus.ErrSilent, janus.ErrMessage, janus.ErrDetached, janus.ErrClosed, janus.ErrConnect, rtc.ErrOffer} {
		if errors.Is(err, network) {
			return &exitError{exitNetwork, err, ""}
		}
	}
	return err
}

// janusHint says what a user can do about a refusal.
func janusHint(e *janus.Error) string {
	switch e.Code {
	case janus.CodeUnauthorized:
		return "name the files of the API's secret or token with --janus-secret-file or --janus-token-file"
	case janus.CodeMissingElement, janus.CodeRoomUnauthorized:
		if e.Request == "publish" {
			return "a room that demands end-to-end encryption takes only recordings that are marked so"
		}
		return "name the files of the room's PIN or token with --pin-file or --room-token-file"
	case janus.CodeRoomFull:
		return "somebody has to leave first, or the room's limit to be raised"
	}
	return ""
}
