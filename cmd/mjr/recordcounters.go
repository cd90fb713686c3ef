//go:build !nonet

package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// counters are those of a recorder as Prometheus reads them: of each file, and
// of all that ended a while ago together, by kind and codec, so that a recorder
// that runs for months does not offer thousands of series. Sums over a counter
// are of all files at any time.
type counters struct {
	mu    sync.Mutex
	ended map[string]time.Time // when a file was first seen to be so
}

// keepEnded is how long the counters of a file that ended can be read.
const keepEnded = 15 * time.Minute

// metrics is what there is to count in each file.
var metrics = []struct {
	name, kind, help string
	value            func(record.FileReport) int64
}{
	{"packets_received_total", "counter", "Packets that came, of all kinds.", func(f record.FileReport) int64 { return f.Received }},
	{"packets_stored_total", "counter", "Packets on the disk.", func(f record.FileReport) int64 { return f.Stored }},
	{"packets_lost", "gauge", "Sequence numbers that have not come so far.", func(f record.FileReport) int64 { return f.Lost }},
	{"packets_duplicate_total", "counter", "Packets that were there already.", func(f record.FileReport) int64 { return f.Duplicates }},
	{"packets_kernel_dropped_total", "counter", "Packets that the operating system had no room for.", func(f record.FileReport) int64 { return f.KernelDrops }},
	{"packets_queue_dropped_total", "counter", "Packets dropped because the disk was too slow.", func(f record.FileReport) int64 { return f.QueueDrops }},
	{"packets_refused_total", "counter", "Packets that are no RTP, or too long.", func(f record.FileReport) int64 { return f.NotRTP + f.Long }},
	{"packets_other_total", "counter", "Packets of other streams.", func(f record.FileReport) int64 { return f.Others }},
	{"bytes_total", "counter", "Bytes on the disk.", func(f record.FileReport) int64 { return f.Bytes }},
	{"packets_unwritten", "gauge", "Packets that wait for the disk, or that an error left out.", func(f record.FileReport) int64 { return f.Unwritten }},
	{"files_failed", "gauge", "Files that an error ended.", failedFile},
}

func failedFile(f record.FileReport) int64 {
	if f.Err != nil {
		return 1
	}
	return 0
}

// series is one line of each metric.
type series struct {
	labels string
	files  []record.FileReport
}

// write writes all counters, as of now.
func (c *counters) write(w io.Writer, report record.Report, now time.Time) {
	all := c.series(report, now)
	for _, m := range metrics {
		fmt.Fprintf(w, "# HELP mjr_record_%s %s\n# TYPE mjr_record_%s %s\n", m.name, m.help, m.name, m.kind)
		for _, s := range all {
			var sum int64
			for _, f := range s.files {
				sum += m.value(f)
			}
			fmt.Fprintf(w, "mjr_record_%s{%s} %d\n", m.name, s.labels, sum)
		}
	}
}

// series groups the files: one a file, then one for each kind and codec of
// those that ended a while ago.
func (c *counters) series(report record.Report, now time.Time) []series {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = make(map[string]time.Time)
	}
	var single, folded []series
	index := make(map[string]int)
	for _, f := range report.Files {
		labels := fmt.Sprintf("kind=%q,codec=%q", f.Track.Kind, f.Track.Codec)
		end, ended := c.ended[f.Name]
		if f.Done && !ended {
			end, ended = now, true
			c.ended[f.Name] = now
		}
		if !ended || now.Sub(end) < keepEnded {
			single = append(single, series{"name=" + label(f.Name) + "," + labels, []record.FileReport{f}})
			continue
		}
		i, ok := index[labels]
		if !ok {
			i = len(folded)
			index[labels] = i
			folded = append(folded, series{labels: labels})
		}
		folded[i].files = append(folded[i].files, f)
	}
	return append(single, folded...)
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
