package pagetest

import (
	"context"
	"fmt"
	"unicode/utf8"
)

// keys are the characters that stand for keys without one (WebDriver, section
// 15.4.2), by their names of KeyboardEvent.key.
var keys = map[string]string{
	"Tab": "\ue004", "Enter": "\ue007", "End": "\ue010", "Home": "\ue011",
	"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
}

func (f *firefox) setFile(ctx context.Context, selector, path string) error {
	node, err := f.node(ctx, selector)
	if err != nil {
		return err
	}
	return f.session.call(ctx, "input.setFiles", object{"context": f.page, "element": node, "files": []string{path}}, nil)
}

func (f *firefox) click(ctx context.Context, selector string) error {
	if _, err := f.value(ctx, fmt.Sprintf(`document.querySelector(%q)?.scrollIntoView({ block: "center" })`, selector)); err != nil {
		return err
	}
	node, err := f.node(ctx, selector)
	if err != nil {
		return err
	}
	return f.perform(ctx, object{"type": "pointer", "id": "mouse", "actions": []object{
		{"type": "pointerMove", "x": 0, "y": 0, "origin": object{"type": "element", "element": node}},
		{"type": "pointerDown", "button": 0},
		{"type": "pointerUp", "button": 0},
	}})
}

func (f *firefox) press(ctx context.Context, key string) error {
	value, ok := keys[key]
	if !ok {
		value = key
	}
	if utf8.RuneCountInString(value) != 1 {
		return fmt.Errorf("no key is called %q", key)
	}
	return f.perform(ctx, object{"type": "key", "id": "keyboard", "actions": []object{
		{"type": "keyDown", "value": value},
		{"type": "keyUp", "value": value},
	}})
}

func (f *firefox) perform(ctx context.Context, source object) error {
	return f.session.call(ctx, "input.performActions", object{"context": f.page, "actions": []object{source}}, nil)
}

func (f *firefox) screenshot(ctx context.Context) ([]byte, error) {
	var got struct{ Data []byte } // base64
	err := f.session.call(ctx, "browsingContext.captureScreenshot", object{"context": f.page, "origin": "document"}, &got)
	return got.Data, err
}

func (f *firefox) downloads(ctx context.Context, dir string) error {
	return f.session.call(ctx, "browser.setDownloadBehavior", object{"downloadBehavior": object{"type": "allowed", "destinationFolder": dir}}, nil)
}
