// SPDX-License-Identifier: GPL-3.0-or-later

// Package fault names what went wrong in a way the other side can act on.
package fault

import "errors"

// Failure is an error with the code under which the other side reports it.
type Failure struct {
	Code string
	error
}

// New gives an error its code.
func New(code string, err error) Failure { return Failure{code, err} }

// ErrShort is a request that ends before its parts do.
var ErrShort = New("PROTOCOL", errors.New("the request is truncated"))
