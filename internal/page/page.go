// Package page is what runs in the browser: the viewer, the publisher, and
// the worker in which frames are opened and sealed.
//
// The files are plain ES modules, served as they stand in static. They use
// WebCrypto and nothing of a third party, so that whoever wants to can read
// all of what touches a key. They hold no secret themselves. worker.js says
// how a page speaks to the worker.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

//go:embed static
var embedded embed.FS

// Sum is a file's name and the SHA-256 of its content, in hex.
type Sum struct {
	Name, SHA256 string
}

// Files are the page's files, all in one folder.
func Files() fs.FS {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(fmt.Sprintf("page: %v", err)) // the name above is wrong
	}
	return files
}

// Sums lists the page's files by name, so that a copy of the page, or what a
// server hands out, can be compared with what this program was built with.
func Sums() []Sum {
	files := Files()
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic(fmt.Sprintf("page: %v", err)) // embedded files cannot fail
	}
	sums := make([]Sum, 0, len(entries))
	for _, e := range entries {
		content, err := fs.ReadFile(files, e.Name())
		if err != nil {
			panic(fmt.Sprintf("page: %v", err))
		}
		sum := sha256.Sum256(content)
		sums = append(sums, Sum{Name: e.Name(), SHA256: hex.EncodeToString(sum[:])})
	}
	return sums
}
