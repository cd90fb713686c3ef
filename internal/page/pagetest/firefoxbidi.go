package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// bidi is a session of WebDriver BiDi, https://www.w3.org/TR/webdriver-bidi/:
// commands, each with an answer of the same id, and events.
type bidi struct {
	conn   *websocket.Conn
	events func(method string, params json.RawMessage)
	done   chan struct{} // closed when nothing comes any more

	mu      sync.Mutex
	last    int
	answers map[int]chan message
}

type message struct {
	Type    string          `json:"type"` // "success", "error" or "event"
	ID      int             `json:"id"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// dialBidi opens a connection. Events are called one after the other, and must
// not wait for answers. Whoever dials closes.
func dialBidi(ctx context.Context, url string, events func(method string, params json.RawMessage)) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(-1) // what a page traced is long
	b := &bidi{conn: conn, events: events, done: make(chan struct{}), answers: make(map[int]chan message)}
	go b.read()
	return b, nil
}

// close ends the connection and waits until all is read.
func (b *bidi) close() {
	b.conn.CloseNow()
	<-b.done
}

func (b *bidi) read() {
	defer close(b.done)
	for {
		var m message
		if err := wsjson.Read(context.Background(), b.conn, &m); err != nil {
			return
		}
		if m.Type == "event" {
			b.events(m.Method, m.Params)
			continue
		}
		b.mu.Lock()
		answer := b.answers[m.ID]
		delete(b.answers, m.ID)
		b.mu.Unlock()
		if answer != nil {
			answer <- m
		}
	}
}

// call sends a command and decodes its result, if that is wanted.
func (b *bidi) call(ctx context.Context, method string, params, result any) error {
	answer := make(chan message, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.answers[id] = answer
	b.mu.Unlock()
	if err := wsjson.Write(ctx, b.conn, map[string]any{"id": id, "method": method, "params": params}); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case m := <-answer:
		if m.Type != "success" {
			return fmt.Errorf("%s: %s: %s", method, m.Error, m.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Result, result)
	case <-b.done:
		return fmt.Errorf("%s: the browser is gone", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}
