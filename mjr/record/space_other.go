//go:build !linux && !darwin && !windows

package record

import (
	"errors"
	"fmt"
)

func freeSpace(string) (int64, error) {
	return 0, fmt.Errorf("free disk space: %w on this system", errors.ErrUnsupported)
}
