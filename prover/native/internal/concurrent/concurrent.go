// SPDX-License-Identifier: GPL-3.0-or-later

// Package concurrent splits work over the processors, and turns a panic into an error.
package concurrent

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Parallel splits 0 … count over the processors. A panic in a part becomes the error.
func Parallel(count int, part func(start, end int) error) error {
	workers := min(runtime.GOMAXPROCS(0), count)
	failures := make([]error, workers)
	var done sync.WaitGroup
	for worker := range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			defer RecoverInto(&failures[worker])
			failures[worker] = part(count*worker/workers, count*(worker+1)/workers)
		}()
	}
	done.Wait()
	for _, failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return nil
}

// Together runs all works at once. A panic in one becomes its error.
func Together(works []func() error) error {
	failures := make([]error, len(works))
	var done sync.WaitGroup
	for index, work := range works {
		done.Add(1)
		go func() {
			defer done.Done()
			defer RecoverInto(&failures[index])
			failures[index] = work()
		}()
	}
	done.Wait()
	return errors.Join(failures...)
}

func RecoverInto(failure *error) {
	if reason := recover(); reason != nil {
		*failure = fmt.Errorf("internal error: %v", reason)
	}
}
