package e2e

import (
	"bytes"
	"image"
	"image/png"

	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// colours is how many there are, of 4,096, where the first picture is on the
// screen.
func (w *watching) colours() int {
	w.t.Helper()
	at := pagetest.Value[[]int](w.Browser, `(() => {
  const video = document.querySelector("#stage video");
  scrollTo(0, 0);
  const { left, top, right, bottom } = video.getBoundingClientRect();
  return [left + 10, top + 10, Math.min(right, innerWidth) - 10, Math.min(bottom, innerHeight) - 10].map(Math.round);
})()`)
	screen, err := png.Decode(bytes.NewReader(w.Screenshot()))
	if err != nil {
		w.t.Fatal(err)
	}
	place := image.Rect(at[0], at[1], at[2], at[3]).Intersect(screen.Bounds())
	if place.Dx() < 100 || place.Dy() < 50 {
		w.t.Fatalf("the picture is at %v of %v", at, screen.Bounds())
	}
	seen := make(map[[3]uint32]bool)
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			r, g, b, _ := screen.At(x, y).RGBA()
			seen[[3]uint32{r >> 12, g >> 12, b >> 12}] = true
		}
	}
	return len(seen)
}

// onScreen checks that there is a picture on the screen, or that there is none.
func (w *watching) onScreen(want bool) {
	w.t.Helper()
	if n := w.colours(); want != (n >= 8) || !want && n != 1 {
		w.t.Errorf("%d colours on the screen, a picture is wanted: %v", n, want)
	}
}
