//go:build !nonet

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
// host; with no addr at all it serves nothing.
func serveMetrics(addr string, r *record.Recorder, src source) (*metricsServer, error) {
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
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		writeMetrics(w, r.Report())
		if p, ok := src.(publishing); ok {
			writePublishers(w, p)
		}
	})
	s := &metricsServer{srv: &http.Server{
		Handler: mux, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second,
	}}
	s.ended.Go(func() { s.srv.Serve(l) })
	return s, nil
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

// writeMetrics writes all counters, each with its files as labels.
func writeMetrics(w io.Writer, report record.Report) {
	for _, m := range []struct {
		name, help string
		value      func(record.FileReport) int64
	}{
		{"packets_received_total", "Packets that came, of all kinds.", func(f record.FileReport) int64 { return f.Received }},
		{"packets_stored_total", "Packets on the disk.", func(f record.FileReport) int64 { return f.Stored }},
		{"packets_lost_total", "Sequence numbers that did not come.", func(f record.FileReport) int64 { return f.Lost }},
		{"packets_duplicate_total", "Packets that were there already.", func(f record.FileReport) int64 { return f.Duplicates }},
		{"packets_kernel_dropped_total", "Packets that the operating system had no room for.", func(f record.FileReport) int64 { return f.KernelDrops }},
		{"packets_queue_dropped_total", "Packets dropped because the disk was too slow.", func(f record.FileReport) int64 { return f.QueueDrops }},
		{"packets_refused_total", "Packets that are no RTP, or too long.", func(f record.FileReport) int64 { return f.NotRTP + f.Long }},
		{"packets_other_total", "Packets of other streams.", func(f record.FileReport) int64 { return f.Others }},
		{"bytes_total", "Bytes on the disk.", func(f record.FileReport) int64 { return f.Bytes }},
	} {
		fmt.Fprintf(w, "# HELP mjr_record_%s %s\n# TYPE mjr_record_%s counter\n", m.name, m.help, m.name)
		for _, f := range report.Files {
			fmt.Fprintf(w, "mjr_record_%s{name=%s,kind=%q,codec=%q} %d\n", m.name, label(f.Name), f.Track.Kind, f.Track.Codec, m.value(f))
		}
	}
}

// publishing is a source to which publishers come, and from which they go.
type publishing interface {
	Publishers() (all, now int)
}

func writePublishers(w io.Writer, p publishing) {
	all, now := p.Publishers()
	fmt.Fprintf(w, "# HELP mjr_record_publishers_total Publishers that have sent.\n# TYPE mjr_record_publishers_total counter\nmjr_record_publishers_total %d\n", all)
	fmt.Fprintf(w, "# HELP mjr_record_publishers Publishers that are sending.\n# TYPE mjr_record_publishers gauge\nmjr_record_publishers %d\n", now)
}

// label quotes as Prometheus does: no escapes but these.
func label(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(s, "\ufffd")) + `"`
}
