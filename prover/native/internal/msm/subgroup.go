// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"crypto/rand"
	"encoding/binary"
	"runtime"
	"sync/atomic"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/curve"
)

// A point of the twist is in the group exactly if its part of the order's other factor, 2p − r, is nothing.
// That factor is 10069 · 5864401 · 1875725156269 · a prime of 177 bits: where a point's part is something, it
// is so modulo one of these primes, and of the 2^13 < 10069 multiples that a random sum of all points may take
// of it, one at most leaves nothing of that in the sum. Ten sums with choices of their own all miss it with a
// probability of 2^−130 at most, however the points were chosen: the choices are made after they are read.
const (
	subgroupSums = 10
	// Digits are −2^12 … 2^12 − 1.
	subgroupBits = 13
	// Fewer are checked one by one.
	leastSummed = 256
)

// OutsideSubgroupG2 is the index of a point, on the twist or at infinity, that is not in the group of order r,
// or −1 where all are.
func OutsideSubgroupG2(points []bn254.G2Affine) (int, error) {
	if len(points) >= leastSummed {
		inside, err := sumsInSubgroup(points)
		if inside || err != nil {
			return -1, err
		}
	}
	outside := atomic.Int64{}
	outside.Store(-1)
	err := concurrent.Parallel(len(points), func(start, end int) error {
		for index := start; index < end && outside.Load() < 0; index++ {
			if !inSubgroupG2(&points[index]) {
				outside.Store(int64(index))
			}
		}
		return nil
	})
	return int(outside.Load()), err
}

func inSubgroupG2(point *bn254.G2Affine) bool { return point.IsInfinity() || point.IsInSubGroup() }

func sumsInSubgroup(points []bn254.G2Affine) (bool, error) {
	terms := WithoutInfinity(points, curve.FromG2, 0)
	random := make([]byte, 2*len(terms.Points))
	var tasks []task
	var sums [subgroupSums]bn254.G2Jac
	var finish []func() error
	for index := range sums {
		if _, err := rand.Read(random); err != nil {
			return false, err
		}
		digits := make([]int16, len(terms.Points))
		for place := range digits {
			digits[place] = int16(binary.LittleEndian.Uint16(random[2*place:])) >> (16 - subgroupBits)
		}
		more, sum := SumG2(&sums[index], terms.Points, DigitRows{bits: subgroupBits, rows: [][]int16{digits}})
		tasks, finish = append(tasks, more...), append(finish, sum)
	}
	var summers []*Summer
	for range runtime.GOMAXPROCS(0) {
		summers = append(summers, NewSummer())
	}
	if err := RunTasks(tasks, summers); err != nil {
		return false, err
	}
	if err := concurrent.Together(finish); err != nil {
		return false, err
	}
	for index := range sums {
		var sum bn254.G2Affine
		if sum.FromJacobian(&sums[index]); !inSubgroupG2(&sum) {
			return false, nil
		}
	}
	return true, nil
}
