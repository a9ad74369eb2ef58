// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// parallel splits 0 … count over the processors. A panic in a part becomes the error.
func parallel(count int, part func(start, end int) error) error {
	workers := min(runtime.GOMAXPROCS(0), count)
	failures := make([]error, workers)
	var done sync.WaitGroup
	for worker := range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			defer recoverInto(&failures[worker])
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

// together runs all works at once. A panic in one becomes its error.
func together(works []func() error) error {
	failures := make([]error, len(works))
	var done sync.WaitGroup
	for index, work := range works {
		done.Add(1)
		go func() {
			defer done.Done()
			defer recoverInto(&failures[index])
			failures[index] = work()
		}()
	}
	done.Wait()
	return errors.Join(failures...)
}

func recoverInto(failure *error) {
	if reason := recover(); reason != nil {
		*failure = fmt.Errorf("internal error: %v", reason)
	}
}

// coordinate takes over the file's form, which is the library's: Montgomery, low word first.
func coordinate(bytes []byte) (fp.Element, error) {
	value := limbs(bytes)
	if !below(value, fpModulus) {
		return fp.Element{}, errNotCanonical
	}
	return value, nil
}

func coordinates(bytes []byte, into ...*fp.Element) error {
	for index, element := range into {
		value, err := coordinate(bytes[index*fieldBytes:])
		if err != nil {
			return err
		}
		*element = value
	}
	return nil
}

// g1Points reads affine points; (0, 0) stands for infinity. On BN254 the whole curve is the group.
func g1Points(name string, bytes []byte) ([]bn254.G1Affine, error) {
	points := make([]bn254.G1Affine, len(bytes)/g1Bytes)
	err := parallel(len(points), func(start, end int) error {
		for index := start; index < end; index++ {
			point := &points[index]
			if err := coordinates(bytes[index*g1Bytes:], &point.X, &point.Y); err != nil {
				return fmt.Errorf("zkey %s: a coordinate of point %d %w", name, index, err)
			}
			if !point.IsOnCurve() {
				return fmt.Errorf("zkey %s: point %d is not on the curve", name, index)
			}
		}
		return nil
	})
	return points, err
}

func g2Points(name string, bytes []byte) ([]bn254.G2Affine, error) {
	points := make([]bn254.G2Affine, len(bytes)/g2Bytes)
	err := parallel(len(points), func(start, end int) error {
		for index := start; index < end; index++ {
			point := &points[index]
			err := coordinates(bytes[index*g2Bytes:], &point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1)
			if err != nil {
				return fmt.Errorf("zkey %s: a coordinate of point %d %w", name, index, err)
			}
			if !point.IsOnCurve() {
				return fmt.Errorf("zkey %s: point %d is not on the curve", name, index)
			}
			if !point.IsInfinity() && !point.IsInSubGroup() {
				return fmt.Errorf("zkey %s: point %d is not in the subgroup", name, index)
			}
		}
		return nil
	})
	return points, err
}
