package door

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, whose time a synctest bubble can turn.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// dial hands the server one end; ok is false if it takes none now.
func (p *pipes) dial() (c net.Conn, ok bool) {
	c, server := net.Pipe()
	synctest.Wait()
	select {
	case p.conns <- server:
		return c, true
	default:
		return nil, false
	}
}

// bubble serves h on pipes in a synctest bubble, in which nothing may be left.
func bubble(t *testing.T, conns int, h http.Handler, f func(t *testing.T, d *Door, p *pipes, stop func() error)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		d := &Door{address: address{loopback: true}, log: newLogger(nil), listeners: limit([]net.Listener{p}, conns)}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- d.Serve(ctx, h) }()
		stop := sync.OnceValue(func() error { cancel(); return <-ended })
		f(t, d, p, stop)
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// lifetime sends what a client sends, slowly or not, and returns how long the
// server bore it.
func lifetime(t *testing.T, p *pipes, send func(c net.Conn)) time.Duration {
	t.Helper()
	c, ok := p.dial()
	if !ok {
		t.Fatal("not taken")
	}
	start := time.Now()
	var sending sync.WaitGroup
	sending.Go(func() { send(c) })
	io.Copy(io.Discard, c)
	borne := time.Since(start)
	c.Close()
	sending.Wait()
	return borne
}

// drip sends a byte a second for as long as it is taken.
func drip(c net.Conn, head string) {
	if _, err := io.WriteString(c, head); err != nil {
		return
	}
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func TestSlowClients(t *testing.T) {
	for _, tt := range []struct {
		name string
		send func(c net.Conn)
		want time.Duration
	}{
		{"nothing", func(net.Conn) {}, headerTimeout},
		{"a header that does not end", func(c net.Conn) { drip(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ") }, headerTimeout},
		{"no second request", func(c net.Conn) { io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }, idleTimeout},
		{"a body that drips", func(c net.Conn) { drip(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n") }, readTimeout},
		{"a body that never comes", func(c net.Conn) {
			io.WriteString(c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
		}, readTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, 10, hello, func(t *testing.T, d *Door, p *pipes, stop func() error) {
				// Half a second more is what net/http lingers for.
				if got := lifetime(t, p, tt.send); got < tt.want || got > tt.want+time.Second {
					t.Errorf("was borne for %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestSlowReader: who does not read its answer is thrown out too.
func TestSlowReader(t *testing.T) {
	var failed time.Duration
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		w.Write(make([]byte, 1<<20))
		failed = time.Since(start)
	})
	bubble(t, 1, h, func(t *testing.T, d *Door, p *pipes, stop func() error) {
		c, _ := p.dial()
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		time.Sleep(writeTimeout)
		synctest.Wait()
		if failed != writeTimeout {
			t.Errorf("was borne for %v, want %v", failed, writeTimeout)
		}
	})
}

// TestConnections: slow clients fill the places, the next one waits, and gets
// one when they are thrown out.
func TestConnections(t *testing.T) {
	bubble(t, 3, hello, func(t *testing.T, d *Door, p *pipes, stop func() error) {
		for range 3 {
			c, ok := p.dial()
			if !ok {
				t.Fatal("a connection below the limit was not taken")
			}
			defer c.Close()
			go io.Copy(io.Discard, c)
		}
		if _, ok := p.dial(); ok {
			t.Fatal("a connection above the limit was taken")
		}
		time.Sleep(headerTimeout)
		c, ok := p.dial()
		if !ok {
			t.Fatal("no place came free")
		}
		defer c.Close()
		go io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("got %v, %v", res, err)
		}
	})
}

// TestServeEnds within its time, also where a client will not leave and a
// handler only when told.
func TestServeEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		send string
		most time.Duration
	}{
		{"nobody there", "", 0},
		{"an idle client", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0},
		{"a handler that waits for its context", "POST /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", time.Second},
		{"a client that sends nothing", "\r\n", closeTimeout},
		{"a client that never ends", "POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n", closeTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.Handle("/", hello)
			mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			bubble(t, 1, mux, func(t *testing.T, d *Door, p *pipes, stop func() error) {
				if tt.send != "" {
					c, _ := p.dial()
					defer c.Close()
					go io.Copy(io.Discard, c)
					io.WriteString(c, tt.send)
				}
				synctest.Wait()
				start := time.Now()
				if err := stop(); err != nil {
					t.Errorf("Serve: %v", err)
				}
				if got := time.Since(start); got > tt.most {
					t.Errorf("took %v, want at most %v", got, tt.most)
				}
			})
		})
	}
}

// TestRaw sends bytes that HTTP libraries would not.
func TestRaw(t *testing.T) {
	const localhost = "Host: localhost:8080\r\n"
	for _, tt := range []struct {
		name, request string
		want          string // status of the first answer
	}{
		{"a proper request", "GET / HTTP/1.1\r\n" + localhost + "\r\n", "200"},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "421"},
		{"two Hosts", "GET / HTTP/1.1\r\n" + localhost + "Host: evil.example\r\n\r\n", "400"},
		{"two Hosts in one", "GET / HTTP/1.1\r\nHost: localhost:8080, evil.example\r\n\r\n", "400"},
		{"a folded Host", "GET / HTTP/1.1\r\nHost: localhost:8080\r\n evil.example\r\n\r\n", "4"},
		{"the whole URL, of another host", "GET http://evil.example/ HTTP/1.1\r\n" + localhost + "\r\n", "421"},
		{"the whole URL, of ours, for another host", "GET http://localhost:8080/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"}, // RFC 9112, section 3.2.2
		{"a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\n" + localhost + "\r\n", "421"},
		{"options of all", "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"},
		{"a blank before the colon", "GET / HTTP/1.1\r\nHost : localhost:8080\r\n\r\n", "400"},
		{"two lengths", "POST / HTTP/1.1\r\n" + localhost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
		{"a length with a sign", "POST / HTTP/1.1\r\n" + localhost + "Content-Length: +1\r\n\r\na", "400"},
		{"a coding that is not known", "POST / HTTP/1.1\r\n" + localhost + "Transfer-Encoding: xchunked\r\n\r\n", "501"},
		{"a header too long", "GET / HTTP/1.1\r\n" + localhost + "X: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n", "431"},
		{"a method of spaces", " / HTTP/1.1\r\n" + localhost + "\r\n", "400"},
		{"TLS in clear", "\x16\x03\x01\x00\x01\x01\r\n\r\n", "400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, 1, hello, func(t *testing.T, d *Door, p *pipes, stop func() error) {
				c, _ := p.dial()
				defer c.Close()
				go io.WriteString(c, tt.request)
				line, err := bufio.NewReader(c).ReadString('\n')
				if _, status, _ := strings.Cut(line, " "); err != nil || !strings.HasPrefix(status, tt.want) {
					t.Errorf("got %q, %v; want %s", line, err, tt.want)
				}
			})
		})
	}
}

// TestSmuggling: a request that a proxy took for the body of another one is
// judged by itself.
func TestSmuggling(t *testing.T) {
	var paths []string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		hello(w, r)
	})
	bubble(t, 1, h, func(t *testing.T, d *Door, p *pipes, stop func() error) {
		c, _ := p.dial()
		defer c.Close()
		go io.Copy(io.Discard, c)
		io.WriteString(c, "POST /outer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"+
			"0\r\n\r\nGET /inner HTTP/1.1\r\nHost: evil.example\r\n\r\n"+
			"GET /last HTTP/1.1\r\nHost: localhost\r\n\r\n")
		synctest.Wait()
		if want := []string{"/outer", "/last"}; !slices.Equal(paths, want) {
			t.Errorf("the handler saw %q, want %q", paths, want)
		}
	})
}
