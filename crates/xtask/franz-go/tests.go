// Package tests pins the versions of franz-go whose own tests `cargo xtask judge franz-go` runs.
package tests

import (
	_ "github.com/twmb/franz-go/pkg/kadm"
	_ "github.com/twmb/franz-go/pkg/kgo"
)
