// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"encoding/binary"
	"errors"
	"fmt"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/affine"
	"plimsoll/native/internal/field"
)

// Sections of a .ptau file. The last four are there when it has been prepared for phase 2.
const (
	powersHeader    = 1
	powersTauG1     = 2
	powersTauG2     = 3
	powersAlphaG1   = 4
	powersBetaG1    = 5
	powersBetaG2    = 6
	powersHistory   = 7
	lagrangeTauG1   = 12
	lagrangeTauG2   = 13
	lagrangeAlphaG1 = 14
	lagrangeBetaG1  = 15

	powersHeaderBytes = 4 + field.FieldBytes + 8
	// Above it snarkjs has another form for the largest domain, which no circuit here comes near.
	maxPower = 27
)

// powers are prepared powers of tau: 2^power of them.
type powers struct {
	*file
	power int
}

// openPowers reads header and sizes of a .ptau file; its points are read where they are used.
func openPowers(path string) (*powers, error) {
	from, err := openFile(path, "ptau")
	if err != nil {
		return nil, err
	}
	opened := &powers{file: from}
	if err := opened.readHeader(); err != nil {
		from.Close()
		return nil, err
	}
	return opened, nil
}

func (from *powers) readHeader() error {
	header, err := from.whole(powersHeader, powersHeaderBytes)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FpModulus {
		return errors.New("ptau: wrong curve: its base field is not that of BN254")
	}
	power := binary.LittleEndian.Uint32(header[4+field.FieldBytes:])
	if power < 1 || power > maxPower {
		return fmt.Errorf("ptau: must be of 2^1 to 2^%d powers, is of 2^%d", maxPower, power)
	}
	from.power = int(power)
	if _, prepared := from.sections[lagrangeTauG1]; !prepared {
		return errors.New("ptau: not prepared for phase 2 (snarkjs powersoftau prepare phase2)")
	}
	size := int64(1) << power
	for _, expected := range []struct {
		kind          uint32
		count, stride int64
	}{
		{powersTauG1, 2*size - 1, g1Bytes}, {powersTauG2, size, g2Bytes},
		{powersAlphaG1, size, g1Bytes}, {powersBetaG1, size, g1Bytes}, {powersBetaG2, 1, g2Bytes},
		{lagrangeTauG1, 4*size - 1, g1Bytes}, {lagrangeTauG2, 2*size - 1, g2Bytes},
		{lagrangeAlphaG1, 2*size - 1, g1Bytes}, {lagrangeBetaG1, 2*size - 1, g1Bytes},
	} {
		found, ok := from.sections[expected.kind]
		if !ok {
			return fmt.Errorf("ptau: section %d is missing", expected.kind)
		}
		if found.length != expected.count*expected.stride {
			return fmt.Errorf("ptau: wrong size: section %d of 2^%d powers must be %d bytes, is %d",
				expected.kind, power, expected.count*expected.stride, found.length)
		}
	}
	return nil
}

func (from *powers) g1(kind uint32, start, count int) ([]bn254.G1Affine, error) {
	bytes, err := from.part(kind, int64(start)*g1Bytes, int64(count)*g1Bytes)
	if err != nil {
		return nil, err
	}
	return affine.ReadG1(fmt.Sprintf("ptau section %d", kind), bytes)
}

func (from *powers) g2(kind uint32, start, count int) ([]bn254.G2Affine, error) {
	bytes, err := from.part(kind, int64(start)*g2Bytes, int64(count)*g2Bytes)
	if err != nil {
		return nil, err
	}
	return affine.ReadG2(fmt.Sprintf("ptau section %d", kind), bytes)
}

// lagrangeG1 is one level of a section of Lagrange points: those over 2^power roots of unity.
func (from *powers) lagrangeG1(kind uint32, power int) ([]bn254.G1Affine, error) {
	return from.g1(kind, 1<<power-1, 1<<power)
}

func (from *powers) lagrangeG2(power int) ([]bn254.G2Affine, error) {
	return from.g2(lagrangeTauG2, 1<<power-1, 1<<power)
}

// check is the whole structure: one τ through all powers, α and β on it, and every Lagrange point the
// combination of powers that it should be. Who chose τ no structure tells.
func (from *powers) check() error {
	size := 1 << from.power
	tauG1, err := from.g1(powersTauG1, 0, 2*size-1)
	if err != nil {
		return err
	}
	tauG2, err := from.g2(powersTauG2, 0, size)
	if err != nil {
		return err
	}
	_, _, g1, g2 := bn254.Generators()
	if tauG1[0] != g1 || tauG2[0] != g2 {
		return errors.New("ptau: the powers of tau do not begin with the generators")
	}
	for _, list := range []struct {
		name   string
		kind   uint32
		points []bn254.G1Affine
	}{{"tau in G1", 0, tauG1}, {"alpha", powersAlphaG1, nil}, {"beta", powersBetaG1, nil}} {
		points := list.points
		if points == nil {
			if points, err = from.g1(list.kind, 0, size); err != nil {
				return err
			}
		}
		if err := geometric(points, g2, tauG2[1]); err != nil {
			return fmt.Errorf("ptau: the powers of %s are not those of one tau: %w", list.name, err)
		}
		if list.kind == powersBetaG1 {
			betaG2, err := from.g2(powersBetaG2, 0, 1)
			if err != nil {
				return err
			}
			if err := sameRatio(g1, points[0], g2, betaG2[0]); err != nil {
				return fmt.Errorf("ptau: beta is not the same in both groups: %w", err)
			}
		}
		if err := from.checkLagrange(list.kind, points); err != nil {
			return err
		}
	}
	weights, err := combiner(size - 1)
	if err != nil {
		return err
	}
	low, err := sumG2(tauG2[:size-1], weights)
	if err != nil {
		return err
	}
	high, err := sumG2(tauG2[1:], weights)
	if err != nil {
		return err
	}
	if err := sameRatio(g1, tauG1[1], low, high); err != nil {
		return fmt.Errorf("ptau: the powers of tau in G2 are not those of tau in G1: %w", err)
	}
	for power := range from.power + 1 {
		if err := from.checkLagrangeG2(power, tauG2); err != nil {
			return err
		}
	}
	return nil
}

// geometric: every point is the one before it times τ.
func geometric(points []bn254.G1Affine, g2, tauG2 bn254.G2Affine) error {
	weights, err := combiner(len(points) - 1)
	if err != nil {
		return err
	}
	low, err := sumG1(points[:len(points)-1], weights)
	if err != nil {
		return err
	}
	high, err := sumG1(points[1:], weights)
	if err != nil {
		return err
	}
	return sameRatio(low, high, g2, tauG2)
}

// testPolynomial draws a polynomial of fewer than 2^power terms: its coefficients and its values at the roots
// of unity. snarkjs has no power for the last term of its largest level and takes zero for it; no key uses
// that term, and neither does the polynomial.
func testPolynomial(power, terms int) (coefficients, values []fr.Element, err error) {
	size := 1 << power
	coefficients, err = combiner(size)
	if err != nil {
		return nil, nil, err
	}
	for index := terms; index < size; index++ {
		coefficients[index].SetZero()
	}
	values = append([]fr.Element(nil), coefficients...)
	if size > 1 {
		fft.NewDomain(uint64(size)).FFT(values, fft.DIF)
		fft.BitReverse(values)
	}
	return coefficients, values, nil
}

var lagrangeOf = map[uint32]uint32{
	0: lagrangeTauG1, powersAlphaG1: lagrangeAlphaG1, powersBetaG1: lagrangeBetaG1,
}

// checkLagrange: Σ pᵢ Lᵢ(τ) = p(τ) for a random p, on every level.
func (from *powers) checkLagrange(kind uint32, points []bn254.G1Affine) error {
	levels := from.power + 1
	if kind == 0 {
		levels++
	}
	for power := range levels {
		terms := min(1<<power, len(points))
		coefficients, values, err := testPolynomial(power, terms)
		if err != nil {
			return err
		}
		lagrange, err := from.lagrangeG1(lagrangeOf[kind], power)
		if err != nil {
			return err
		}
		left, err := sumG1(lagrange, values)
		if err != nil {
			return err
		}
		right, err := sumG1(points[:terms], coefficients)
		if err != nil {
			return err
		}
		if left != right {
			return fmt.Errorf("ptau: the Lagrange points of section %d, level %d, are not of its powers",
				lagrangeOf[kind], power)
		}
	}
	return nil
}

func (from *powers) checkLagrangeG2(power int, points []bn254.G2Affine) error {
	coefficients, values, err := testPolynomial(power, 1<<power)
	if err != nil {
		return err
	}
	lagrange, err := from.lagrangeG2(power)
	if err != nil {
		return err
	}
	left, err := sumG2(lagrange, values)
	if err != nil {
		return err
	}
	right, err := sumG2(points[:1<<power], coefficients)
	if err != nil {
		return err
	}
	if left != right {
		return fmt.Errorf("ptau: the Lagrange points of section %d, level %d, are not of its powers", lagrangeTauG2, power)
	}
	return nil
}
