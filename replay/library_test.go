package replay

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// pairs groups X-audio-0.mjr and X-video-1.mjr.
func pairs(names []string) []Group {
	var all []Group
	for _, n := range names {
		name := strings.TrimSuffix(strings.TrimSuffix(n, "-audio-0.mjr"), "-video-1.mjr")
		if i := slices.IndexFunc(all, func(g Group) bool { return g.Name == name }); i >= 0 {
			all[i].Files = append(all[i].Files, n)
		} else {
			all = append(all, Group{name, []string{n}})
		}
	}
	return all
}

// shelf is a folder with recordings, and its Library.
func shelf(t testing.TB, dir string) (*Library, func() []string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	var mu sync.Mutex
	var warned []string
	l := NewLibrary(LibraryOptions{Group: pairs, Warn: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warned = append(warned, text)
	}}, NewFolder(root))
	t.Cleanup(func() { l.Close() })
	return l, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(warned)
	}
}

// put copies the files of a recording into a folder.
func put(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, f := range corpus.Load(t, name).Files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func titleNames(list []Title) []string {
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
	}
	return names
}

func TestLibrary(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "plain-vp9")
	put(t, filepath.Join(dir, "2024"), "sframe-vp8")
	if err := os.WriteFile(filepath.Join(dir, "text.mjr"), []byte("not a recording"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "plain-vp9-video-1.mjr"), filepath.Join(dir, "plain-vp9-video-1.mjr.tmp")); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l, warned := shelf(t, dir)
		list := l.List(t.Context())
		if got, want := titleNames(list), []string{"2024/sframe-vp8", "plain-vp9"}; !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
		if got := warned(); len(got) != 1 || !strings.Contains(got[0], "text.mjr: not an MJR recording") {
			t.Errorf("warned %q", got)
		}
		a := list[0]
		if !a.Known || a.Duration < 10*time.Second || len(a.Tracks) != 2 ||
			a.Tracks[0] != (TitleTrack{"audio", "opus", true, true}) || a.Tracks[1] != (TitleTrack{"video", "vp8", true, false}) {
			t.Errorf("%+v", a)
		}
		if len(list[1].Tracks) != 1 {
			t.Errorf("a recording that is still written is listed: %+v", list[1])
		}
		for _, x := range list {
			if b, err := base64.RawURLEncoding.DecodeString(x.ID); err != nil || len(b) != 16 {
				t.Errorf("id %q", x.ID)
			}
		}
		if err := os.Rename(filepath.Join(dir, "plain-vp9-video-1.mjr.tmp"), filepath.Join(dir, "plain-vp9-video-1.mjr")); err != nil {
			t.Fatal(err)
		}
		put(t, dir, "plain-av1")
		time.Sleep(rescan)
		again := l.List(t.Context())
		if got, want := titleNames(again), []string{"2024/sframe-vp8", "plain-av1", "plain-vp9"}; !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
		if again[0].ID != a.ID || again[2].ID != list[1].ID || len(again[2].Tracks) != 2 {
			t.Errorf("then %+v, now %+v", list, again)
		}
		if err := os.RemoveAll(filepath.Join(dir, "2024")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rescan)
		if got := titleNames(l.List(t.Context())); len(got) != 2 {
			t.Errorf("%q", got)
		}
		if _, err := l.Open(t.Context(), a.ID); !errors.Is(err, ErrUnknown) {
			t.Errorf("what is gone: %v", err)
		}
	})
}

// Files that were named are listed in that order.
func TestLibraryOfFiles(t *testing.T) {
	b, a := corpus.Load(t, "plain-vp9").Files, corpus.Load(t, "jitsi-vp8").Files
	l := NewLibrary(LibraryOptions{Group: pairs}, NewFiles(append(slices.Clone(b), a...)...))
	defer l.Close()
	list := l.List(t.Context())
	if len(list) != 2 || filepath.Base(list[0].Name) != "plain-vp9" || filepath.Base(list[1].Name) != "jitsi-vp8" {
		t.Fatalf("%+v", list)
	}
	if first, err := l.First(t.Context()); err != nil || first != list[0].ID {
		t.Errorf("%q, %v", first, err)
	}
}

// Sessions of one name in two folders are two.
func TestLibraryOfNamesakes(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for _, sub := range []string{"a", "b"} {
		put(t, filepath.Join(dir, sub), "plain-opus-dtx")
		names = append(names, filepath.Join(dir, sub, "plain-opus-dtx-audio-0.mjr"))
	}
	synctest.Test(t, func(t *testing.T) {
		l := NewLibrary(LibraryOptions{Group: func(names []string) []Group {
			return []Group{{"one", names[:1]}, {"one", names[1:]}}
		}}, NewFiles(names...))
		defer l.Close()
		a := l.List(t.Context())
		time.Sleep(rescan)
		b := l.List(t.Context())
		if len(a) != 2 || a[0].ID == a[1].ID || len(b) != 2 || b[0].ID != a[0].ID || b[1].ID != a[1].ID {
			t.Errorf("%+v, then %+v", a, b)
		}
	})
}

// descriptors counts the open files of this process below a folder.
func descriptors(t testing.TB, dir string) int {
	t.Helper()
	links, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	n := 0
	for _, e := range links {
		if to, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil && strings.HasPrefix(to, dir+"/") {
			n++
		}
	}
	return n
}

// Files are open while somebody plays them, and those of the last few for a
// while longer.
func TestLibraryCloses(t *testing.T) {
	dir := t.TempDir()
	for i := range 2 * idleMost {
		put(t, filepath.Join(dir, fmt.Sprint(i)), "plain-opus-dtx")
	}
	synctest.Test(t, func(t *testing.T) {
		l, _ := shelf(t, dir)
		list := l.List(t.Context())
		if len(list) != 2*idleMost {
			t.Fatalf("%d sessions", len(list))
		}
		if got := descriptors(t, dir); got != idleMost {
			t.Errorf("%d files are open", got)
		}
		a, err := l.Open(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Open(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if a.Session != b.Session {
			t.Error("two who play one session do not share it")
		}
		time.Sleep(2 * idle)
		synctest.Wait()
		if got := descriptors(t, dir); got != 1 {
			t.Errorf("%d files are open, want the one that is played", got)
		}
		if err := os.RemoveAll(filepath.Join(dir, "0")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rescan)
		l.List(t.Context())
		a.Close()
		if err := Recorded(b.Tracks(), func(int, []byte, time.Time) error { return nil }); err != nil {
			t.Errorf("what is gone is not played on: %v", err)
		}
		b.Close()
		l.Close()
		if got := descriptors(t, dir); got != 0 {
			t.Errorf("%d files are open at the end", got)
		}
	})
}

// A list that takes too long tells what headers say.
func TestLibraryCanceled(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "plain-vp9")
	l, warned := shelf(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list := l.List(ctx); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	list := l.List(t.Context())
	if len(list) != 1 || !list[0].Known || len(warned()) != 0 {
		t.Errorf("%+v, %q", list, warned())
	}
	tt := l.all()[0]
	tt.Title = Title{ID: tt.ID}
	l.look(t.Context(), tt)
	if len(tt.Tracks) != 2 || tt.Tracks[1].Codec != "vp9" || tt.Known {
		t.Errorf("%+v", tt.Title)
	}
}
