//go:build !nokeys

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// job is one session to convert, and where to.
type job struct {
	session
	output string // "-" is standard output
	format format
}

// plan finds the sessions and names their outputs. The container of a session
// whose output was not named is settled by its codecs.
func (o *convertOptions) plan(files []string) ([]job, error) {
	dir := o.output != "" && o.output != "-" && isDir(o.output)
	var sessions []session
	if o.output != "" && !dir {
		sessions = []session{{name: strings.TrimSuffix(o.output, filepath.Ext(o.output)), files: files}}
	} else {
		sessions = group(files)
	}
	var jobs []job
	taken := make(map[string]string)
	for _, s := range sessions {
		j := job{session: s, output: o.output}
		name := o.format
		if name == "" && o.output != "" && !dir && o.output != "-" {
			name = strings.TrimPrefix(filepath.Ext(o.output), ".")
			if _, ok := findFormat(name); !ok {
				return nil, noContainer(o.output)
			}
		}
		if name == "" {
			name = defaultFormat(codecs(firstFiles(s.files)))
		}
		j.format, _ = findFormat(name)
		if dir {
			j.output = filepath.Join(o.output, filepath.Base(s.name)+"."+j.format.name)
		} else if o.output == "" {
			j.output = s.name + "." + j.format.name
		}
		if other, ok := taken[j.output]; ok && j.output != "-" {
			return nil, misused("%s and %s would both become %s: convert them one by one", other, s.files[0], j.output)
		}
		taken[j.output] = s.files[0]
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// noContainer is the error for an output whose name ends in nothing known.
func noContainer(output string) error {
	ext := filepath.Ext(output)
	if ext == "" {
		return &exitError{exitMisused, fmt.Errorf("--output %s: no container is named", output),
			fmt.Sprintf("write a folder with a slash, %s/, or add one of %s, or --format", output, formatNames())}
	}
	return misused("--output %s: no container is called %q: want one of %s, or --format", output, ext, formatNames())
}

// firstFiles is one file of each track.
func firstFiles(files []string) []string {
	tracks, _, err := tracksOf(files)
	if err != nil {
		return files // the error comes again when they are opened
	}
	var first []string
	for _, t := range tracks {
		first = append(first, t[0])
	}
	return first
}

// containsPath tells whether a file is named, however it is spelt.
func containsPath(files []string, clean string) bool {
	return slices.ContainsFunc(files, func(f string) bool { return filepath.Clean(f) == clean })
}
