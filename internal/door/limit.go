package door

import (
	"net"
	"sync"
)

// limit shares a number of connections among listeners. At the limit, further
// ones wait in the kernel, where they cost us no descriptor; the timeouts see to
// it that places come free.
func limit(list []net.Listener, conns int) []net.Listener {
	// A listener that waits for a connection holds a place for it already.
	places := make(chan struct{}, conns+len(list)-1)
	limited := make([]net.Listener, len(list))
	for i, l := range list {
		limited[i] = &limitListener{Listener: l, places: places, closed: make(chan struct{})}
	}
	return limited
}

type limitListener struct {
	net.Listener
	places chan struct{} // one in it for each open connection
	once   sync.Once
	closed chan struct{}
}

func (l *limitListener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &limitConn{Conn: c, release: sync.OnceFunc(func() { <-l.places })}, nil
}

func (l *limitListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitConn struct {
	net.Conn
	release func()
}

func (c *limitConn) Close() error {
	err := c.Conn.Close()
	c.release()
	return err
}
