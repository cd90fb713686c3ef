package door

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
)

// Serve passes on to h the requests that may come in, until ctx is over; then
// it waits up to 2 s for those that run, whose context is over too, and cuts
// off the rest. It closes the Door, and returns nil if ctx was why it ended.
func (d *Door) Serve(ctx context.Context, h http.Handler) error {
	defer d.log.flush()
	srv := d.server(ctx, h)
	results := make(chan error, len(d.listeners))
	var running sync.WaitGroup
	for _, l := range d.listeners {
		running.Go(func() {
			if d.certificate != nil {
				results <- srv.ServeTLS(l, "", "")
			} else {
				results <- srv.Serve(l)
			}
		})
	}
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-results:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	err := srv.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	running.Wait()
	if failure != nil {
		return failure
	}
	return err
}

func (d *Door) server(ctx context.Context, h http.Handler) *http.Server {
	srv := &http.Server{
		Handler:                      d.handler(h),
		ReadHeaderTimeout:            headerTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeader,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		ErrorLog:                     log.New(d.log, "", 0),
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is judged as all else
	}
	if d.certificate != nil {
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*d.certificate}, MinVersion: tls.VersionTLS12}
	}
	return srv
}
