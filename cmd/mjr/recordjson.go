//go:build !nonet

package main

import (
	"time"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// jsonRecord is the JSON line of one file. Its members are a contract.
type jsonRecord struct {
	common
	Name        string     `json:"name"`
	Files       []string   `json:"files"`
	Kind        string     `json:"kind"`
	Codec       string     `json:"codec"`
	Publisher   int        `json:"publisher"`
	MID         string     `json:"mid,omitempty"`
	RID         string     `json:"rid,omitempty"`
	Encrypted   bool       `json:"encrypted"`
	Received    int64      `json:"received"`
	Stored      int64      `json:"stored"`
	Lost        int64      `json:"lost"`
	KernelDrops int64      `json:"kernel_drops"`
	QueueDrops  int64      `json:"queue_drops"`
	Duplicates  int64      `json:"duplicates"`
	NotRTP      int64      `json:"not_rtp"`
	Long        int64      `json:"too_long"`
	Others      int64      `json:"others"`
	LeftOut     int64      `json:"left_out"`
	Unwritten   int64      `json:"unwritten"`
	SSRCs       int64      `json:"ssrcs"`
	Bytes       int64      `json:"bytes"`
	Bitrate     int64      `json:"bits_per_second,omitempty"`
	First       *time.Time `json:"first,omitempty"`
	Last        *time.Time `json:"last,omitempty"`
	Error       *jsonError `json:"error,omitempty"`
}

// recordReady says where to send a medium.
type recordReady struct {
	common
	Kind  string `json:"kind"`
	Codec string `json:"codec"`
	URL   string `json:"url"`
}

// recordSummary is the JSON line at the end, but for that of an error. Its
// members are a contract.
type recordSummary struct {
	common
	Exit  int      `json:"exit"`
	Short []string `json:"missing,omitempty"` // in words; not_whole is the number of convert's summary
}

func recordJSON(f record.FileReport, what string) jsonRecord {
	j := jsonRecord{
		common: common{schema, what}, Name: f.Name, Files: f.Paths, Kind: f.Track.Kind.String(), Codec: f.Track.Codec,
		Publisher: f.Track.Publisher + 1, MID: f.Track.MID, RID: f.Track.RID, Encrypted: f.Track.Encrypted,
		Received: f.Received, Stored: f.Stored, Lost: f.Lost, KernelDrops: f.KernelDrops, QueueDrops: f.QueueDrops,
		Duplicates: f.Duplicates, NotRTP: f.NotRTP, Long: f.Long, Others: f.Others, LeftOut: f.LeftOut, Unwritten: f.Unwritten,
		SSRCs: f.SSRCs, Bytes: f.Bytes, First: instant(f.First), Last: instant(f.Last),
	}
	if j.Files == nil {
		j.Files = []string{}
	}
	if f.Err != nil {
		j.Error = errorJSON(recordError(f.Err))
	}
	return j
}
