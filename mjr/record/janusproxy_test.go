package record_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/mjrkit/mjrkit/internal/janus"
)

// tellEncryption passes messages on, and adds e2ee to offers.
func tellEncryption(t *testing.T, url string, w http.ResponseWriter, r *http.Request) {
	protocol := []string{"janus-protocol"}
	near, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: protocol})
	if err != nil {
		t.Error(err)
		return
	}
	defer near.CloseNow()
	far, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: protocol})
	if err != nil {
		t.Error(err)
		return
	}
	defer far.CloseNow()
	far.SetReadLimit(janus.MaxMessage)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		for {
			kind, b, err := near.Read(ctx)
			if err != nil || far.Write(ctx, kind, b) != nil {
				return
			}
		}
	}()
	for {
		kind, b, err := far.Read(ctx)
		if err != nil {
			return
		}
		text := strings.Replace(string(b), `"jsep":{"type":"offer",`, `"jsep":{"type":"offer","e2ee":true,`, 1)
		if near.Write(ctx, kind, []byte(text)) != nil {
			return
		}
	}
}
