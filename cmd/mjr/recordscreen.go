//go:build !nonet

package main

import (
	"fmt"
	"os"
	"unicode"

	"golang.org/x/term"
)

// terminalSize is how many columns and rows the terminal w has; what is said on
// one that tells nothing fits the smallest that is common.
func terminalSize(w any) (width, height int) {
	if f, ok := w.(*os.File); ok {
		if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return 80, 24
}

// draw puts lines in place of those that stand on the terminal: no more of them
// than it can show, as what has left the screen cannot be erased.
func (s *recordStatus) draw(lines []string) {
	s.erase()
	width, height := s.size()
	if room := max(height-2, 1); len(lines) > room {
		more := len(lines) - room + 1
		lines = append(lines[:room-1:room-1], fmt.Sprintf("and %d more", more))
	}
	const mark = "mjr: "
	for _, l := range lines {
		// The last column stays free: some terminals begin a new row behind it.
		l = clip(printable(l), max(width-1-len(mark), 0))
		s.say.line("%s", l)
		s.drawn = append(s.drawn, len(mark)+columns(l))
	}
}

// erase takes the lines off the terminal before something else is said. The
// terminal may have become narrower since, so that a line takes several rows.
func (s *recordStatus) erase() {
	if len(s.drawn) == 0 {
		return
	}
	width, _ := s.size()
	rows := 0
	for _, n := range s.drawn {
		rows += max((n+width-1)/width, 1)
	}
	s.drawn = s.drawn[:0]
	s.say.mu.Lock()
	defer s.say.mu.Unlock()
	fmt.Fprintf(s.say.errw, "\x1b[%dA\r\x1b[J", rows)
}

// clip cuts a text to a number of columns.
func clip(text string, most int) string {
	n := 0
	for i, r := range text {
		if n += runeColumns(r); n > most {
			return text[:i]
		}
	}
	return text
}

func columns(text string) (n int) {
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is how many columns a character takes: those of East Asia and
// pictures take two.
func runeColumns(r rune) int {
	const fullwidth, fullwidthEnd, pictures = 0xFF01, 0xFF60, 0x1F300
	if r < unicode.MaxLatin1 {
		return 1
	}
	if unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= fullwidth && r <= fullwidthEnd || r >= pictures {
		return 2
	}
	return 1
}
