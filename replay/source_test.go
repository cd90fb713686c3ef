package replay

import (
	"os"
	"path/filepath"
	"testing"
)

// Names by which one could leave a folder, and links.
func TestFolderLinks(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "in"), "plain-opus-dtx")
	put(t, filepath.Join(dir, "out"), "plain-vp9")
	for link, to := range map[string]string{
		"out.mjr":     filepath.Join(dir, "out", "plain-vp9-video-1.mjr"),
		"up.mjr":      "../out/plain-vp9-video-1.mjr",
		"inside.mjr":  "plain-opus-dtx-audio-0.mjr",
		"folder":      "../out",
		"here":        ".",
		"loop.mjr":    "loop.mjr",
		"dangles.mjr": "nothing",
	} {
		if err := os.Symlink(to, filepath.Join(dir, "in", link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	from := NewFolder(root)
	found, err := from.Files()
	if err != nil || len(found) != 1 || found[0].Name != "plain-opus-dtx-audio-0.mjr" {
		t.Errorf("%+v, %v", found, err)
	}
	for _, name := range []string{
		"out.mjr", "up.mjr", "inside.mjr", "loop.mjr", "dangles.mjr", "folder/plain-vp9-video-1.mjr",
		"here/plain-opus-dtx-audio-0.mjr", "../out/plain-vp9-video-1.mjr", "/etc/passwd", ".", "", "folder",
		filepath.Join(dir, "in", "plain-opus-dtx-audio-0.mjr"),
	} {
		if f, err := from.Open(name); err == nil {
			f.Close()
			t.Errorf("%q was opened", name)
		}
	}
	f, err := from.Open(found[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
