//go:build tools

// Package tools names the programs that go.mod pins.
package tools

import _ "github.com/apache/openwhisk-wskdeploy"
