package pagetest

import (
	"encoding/json"
	"fmt"
)

// remote is a value of a page as WebDriver BiDi writes it (section 7.3.2).
type remote struct {
	Type     string          `json:"type"`
	Value    json.RawMessage `json:"value"`
	SharedID string          `json:"sharedId"` // of a node
}

// plain makes JSON of it. What JSON has no word for is null.
func (r remote) plain() (any, error) {
	switch r.Type {
	case "string", "boolean", "number":
		return r.Value, nil // NaN and the like are strings
	case "array":
		var items []remote
		if err := unmarshal(r.Value, &items); err != nil {
			return nil, err
		}
		all := make([]any, len(items))
		for i, item := range items {
			var err error
			if all[i], err = item.plain(); err != nil {
				return nil, err
			}
		}
		return all, nil
	case "object":
		var members [][2]json.RawMessage
		if err := unmarshal(r.Value, &members); err != nil {
			return nil, err
		}
		all := make(map[string]any)
		for _, m := range members {
			var name string
			var value remote
			if err := json.Unmarshal(m[0], &name); err != nil {
				return nil, fmt.Errorf("an object's member: %w", err)
			}
			if err := json.Unmarshal(m[1], &value); err != nil {
				return nil, err
			}
			var err error
			if all[name], err = value.plain(); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	return nil, nil
}

// unmarshal is for values that are left out where they are too deep.
func unmarshal(value json.RawMessage, v any) error {
	if value == nil {
		return fmt.Errorf("a value that is deeper than was asked for")
	}
	return json.Unmarshal(value, v)
}
