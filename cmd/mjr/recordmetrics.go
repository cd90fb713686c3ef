//go:build !nonet

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// metricsServer serves the counters of a recorder in Prometheus's text format.
type metricsServer struct {
	srv   *http.Server
	ended sync.WaitGroup
}

// serveMetrics listens at addr, of the loopback interface where it has no
// host, and says where; with no addr at all it serves nothing.
func serveMetrics(addr string, r *record.Recorder, src source, status *recordStatus) (*metricsServer, error) {
	if addr == "" {
		return nil, nil
	}
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, &exitError{exitNetwork, fmt.Errorf("--metrics %s: %w", addr, err), ""}
	}
	url := fmt.Sprintf("http://%v/metrics", l.Addr())
	if status.say.json {
		status.object(jsonMetrics{common{schema, "metrics"}, url})
	}
	status.line("counters for Prometheus are at %s", url)
	mux := http.NewServeMux()
	var c counters
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		c.write(w, r.Report(), time.Now())
		if p, ok := src.(publishing); ok {
			writePublishers(w, p)
		}
	})
	s := &metricsServer{srv: &http.Server{
		Handler: onlyKnownHosts(hostOf(addr), mux), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second,
	}}
	s.ended.Go(func() { s.srv.Serve(l) })
	return s, nil
}

// jsonMetrics is the JSON line that says where counters are.
type jsonMetrics struct {
	common
	URL string `json:"url"`
}

// onlyKnownHosts refuses requests to names but localhost and the one that is
// listened on: a page whose name was made to resolve to this machine sends its
// own. Addresses cannot be made to.
func onlyKnownHosts(name string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.ToLower(hostOf(r.Host))
		if _, err := netip.ParseAddr(host); err != nil && host != "localhost" && host != strings.ToLower(name) {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// hostOf is a host without its port and brackets.
func hostOf(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(hostPort, "["), "]")
}

func (s *metricsServer) stop() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.srv.Shutdown(ctx) != nil {
		s.srv.Close()
	}
	s.ended.Wait()
}
