//go:build !nonet

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag like 500M: a number of bytes, with a letter for powers of
// 1,024.
type byteSize int64

const sizeLetters = "KMGT"

func (s *byteSize) Set(text string) error {
	digits := strings.TrimRight(strings.ToUpper(text), "IB")
	scale := int64(1)
	if n := len(digits); n > 0 {
		if i := strings.IndexByte(sizeLetters, digits[n-1]); i >= 0 {
			digits, scale = digits[:n-1], 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/scale {
		return fmt.Errorf("%q is no size like 500M or 2G", text)
	}
	*s = byteSize(n * scale)
	return nil
}

func (s *byteSize) String() string { return sizeText(int64(*s)) }

func (s *byteSize) Type() string { return "SIZE" }

func sizeText(n int64) string {
	letter := ""
	for i := 0; i < len(sizeLetters) && n != 0 && n%1024 == 0; i++ {
		n, letter = n/1024, sizeLetters[i:i+1]
	}
	return strconv.FormatInt(n, 10) + letter
}
