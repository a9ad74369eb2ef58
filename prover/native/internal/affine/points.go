// SPDX-License-Identifier: GPL-3.0-or-later

// Package affine reads affine points as .zkey and .ptau files hold them: Montgomery, low word first, (0, 0)
// for infinity. Every coordinate is below the modulus, every point on its curve and in its group.
package affine

import (
	"fmt"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/msm"
)

// The sizes of a point of either group.
const (
	G1Bytes = 2 * field.FieldBytes
	G2Bytes = 4 * field.FieldBytes
)

// coordinate takes over the file's form, which is the library's: Montgomery, low word first.
func coordinate(bytes []byte) (fp.Element, error) {
	value := field.Limbs(bytes)
	if !field.Below(value, field.FpModulus) {
		return fp.Element{}, field.ErrNotCanonical
	}
	return value, nil
}

func coordinates(bytes []byte, into ...*fp.Element) error {
	for index, element := range into {
		value, err := coordinate(bytes[index*field.FieldBytes:])
		if err != nil {
			return err
		}
		*element = value
	}
	return nil
}

// ReadG1 names the list in what it refuses. On BN254 the whole curve is the group.
func ReadG1(name string, bytes []byte) ([]bn254.G1Affine, error) {
	points := make([]bn254.G1Affine, len(bytes)/G1Bytes)
	err := concurrent.Parallel(len(points), func(start, end int) error {
		for index := start; index < end; index++ {
			point := &points[index]
			if err := coordinates(bytes[index*G1Bytes:], &point.X, &point.Y); err != nil {
				return fmt.Errorf("%s: a coordinate of point %d %w", name, index, err)
			}
			if !point.IsOnCurve() {
				return fmt.Errorf("%s: point %d is not on the curve", name, index)
			}
		}
		return nil
	})
	return points, err
}

// ReadG2 does the same in the other group.
func ReadG2(name string, bytes []byte) ([]bn254.G2Affine, error) {
	points := make([]bn254.G2Affine, len(bytes)/G2Bytes)
	err := concurrent.Parallel(len(points), func(start, end int) error {
		for index := start; index < end; index++ {
			point := &points[index]
			err := coordinates(bytes[index*G2Bytes:], &point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1)
			if err != nil {
				return fmt.Errorf("%s: a coordinate of point %d %w", name, index, err)
			}
			if !point.IsOnCurve() {
				return fmt.Errorf("%s: point %d is not on the curve", name, index)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	switch outside, err := msm.OutsideSubgroupG2(points); {
	case err != nil:
		return nil, err
	case outside >= 0:
		return nil, fmt.Errorf("%s: point %d is not in the subgroup", name, outside)
	}
	return points, nil
}
