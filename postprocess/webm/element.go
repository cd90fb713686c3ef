package webm

import "time"

// The elements of RFC 9559 as the EBML module wants them: a field is an
// element, named by its tag. Some have an older name there: Timecode for
// Timestamp.

type ebmlHeader struct {
	EBML struct {
		Version            uint64 `ebml:"EBMLVersion"`
		ReadVersion        uint64 `ebml:"EBMLReadVersion"`
		MaxIDLength        uint64 `ebml:"EBMLMaxIDLength"`
		MaxSizeLength      uint64 `ebml:"EBMLMaxSizeLength"`
		DocType            string `ebml:"EBMLDocType"`
		DocTypeVersion     uint64 `ebml:"EBMLDocTypeVersion"`
		DocTypeReadVersion uint64 `ebml:"EBMLDocTypeReadVersion"`
	} `ebml:"EBML"`
}

type seekHead struct {
	SeekHead struct {
		Seek []seek
	}
	Void []byte `ebml:"Void,omitempty"`
}

// seek has a position of a fixed size, so that it can be put in later.
type seek struct {
	SeekID       []byte
	SeekPosition uint64 `ebml:"SeekPosition,size=8"`
}

type info struct {
	Info struct {
		TimestampScale uint64 `ebml:"TimecodeScale"` // nanoseconds
		MuxingApp      string
		WritingApp     string
		DateUTC        time.Time `ebml:"DateUTC,omitempty"`
		Duration       float64   `ebml:"Duration,omitempty"` // in TimestampScale
		Void           []byte    `ebml:"Void,omitempty"`
	}
}

type tracks struct {
	Tracks struct {
		TrackEntry []trackEntry
	}
}

type trackEntry struct {
	TrackNumber  uint64
	TrackUID     uint64
	TrackType    uint64 // 1 video, 2 audio
	FlagLacing   uint64
	Name         string `ebml:"Name,omitempty"`
	Language     string
	CodecID      string
	CodecPrivate []byte `ebml:"CodecPrivate,omitempty"`
	CodecDelay   uint64 `ebml:"CodecDelay,omitempty"`  // nanoseconds
	SeekPreRoll  uint64 `ebml:"SeekPreRoll,omitempty"` // nanoseconds
	Video        *video
	Audio        *audio
}

type video struct {
	PixelWidth, PixelHeight uint64
}

type audio struct {
	SamplingFrequency float64
	Channels          uint64
	BitDepth          uint64 `ebml:"BitDepth,omitempty"`
}

type tags struct {
	Tags struct {
		Tag []tag
	}
}

type tag struct {
	Targets struct {
		TagTrackUID uint64 `ebml:"TagTrackUID,omitempty"`
	}
	SimpleTag simpleTag
}

type simpleTag struct {
	TagName   string
	TagString string
}

type cues struct {
	Cues struct {
		CuePoint []cuePoint
	}
}

type cuePoint struct {
	CueTime           uint64
	CueTrackPositions struct {
		CueTrack           uint64
		CueClusterPosition uint64
	}
}
