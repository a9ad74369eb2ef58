// SPDX-License-Identifier: GPL-3.0-or-later

// The native prover: a worker process that keeps Groth16 keys warm and proves with both cores.
// It reads requests from standard input and ends with it. Run as "plimsoll-prover development-key"
// it makes the points of one development key instead, as "plimsoll-prover ceremony" it does one step of a
// ceremony.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"

	"plimsoll/native/internal/ceremony"
	"plimsoll/native/internal/devkey"
	"plimsoll/native/internal/worker"
)

func main() {
	// Keys hold no pointers: collecting often costs little, and halves what is held for nothing.
	debug.SetGCPercent(50)
	from := bufio.NewReaderSize(os.Stdin, 1<<16)
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 0:
		err = worker.Run(from, os.Stdout)
	case len(arguments) == 1 && arguments[0] == devkey.SetUpArgument:
		err = devkey.SetUp(from, os.Stdout, os.Stderr)
	case len(arguments) == 1 && arguments[0] == ceremony.Argument:
		err = ceremony.Run(from, os.Stdout, func() { os.Exit(1) })
	default:
		err = fmt.Errorf("takes no argument, %q or %q", devkey.SetUpArgument, ceremony.Argument)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
