// SPDX-License-Identifier: GPL-3.0-or-later

// The native prover: a worker process that keeps Groth16 keys warm and proves with both cores.
// It reads requests from standard input and ends with it. Run as "plimsoll-prover development-key"
// it makes the points of one development key instead.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func run(from io.Reader, to io.Writer) error {
	var keys worker
	for {
		request, err := readFrame(from)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		reply, err := keys.serve(request)
		if err == nil {
			err = writeFrame(to, statusDone, reply)
		} else {
			err = writeFrame(to, statusFailed, describe(err))
		}
		if err != nil {
			return err
		}
	}
}

// describe writes an error as its code, a line feed and its message.
func describe(err error) []byte {
	code := "BACKEND_FAILED"
	var known failure
	if errors.As(err, &known) {
		code = known.code
	}
	return fmt.Appendf(nil, "%s\n%s", code, err)
}

func main() {
	// Keys hold no pointers: collecting often costs little, and halves what is held for nothing.
	debug.SetGCPercent(50)
	from := bufio.NewReaderSize(os.Stdin, 1<<16)
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 0:
		err = run(from, os.Stdout)
	case len(arguments) == 1 && arguments[0] == setUpArgument:
		err = setUp(from, os.Stdout, os.Stderr)
	default:
		err = fmt.Errorf("takes no argument, or %q", setUpArgument)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
