// SPDX-License-Identifier: GPL-3.0-or-later

// Package poseidon hashes many rows of field elements at once, each as circomlib hashes one: the state
// is held as columns, so that vector arithmetic, the library's or that of package lanes, works on all rows
// together.
package poseidon

import (
	"encoding/binary"
	"sync"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/fault"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/lanes"
)

// together is how many rows are permuted together: a state of ten columns stays in the second-level cache.
const together = 256

var (
	known    [MostInputs]*permutation
	knownFor [MostInputs]sync.Once
)

func permutationFor(inputs int) (*permutation, error) {
	if inputs < 1 || inputs > MostInputs {
		return newPermutation(inputs)
	}
	var err error
	knownFor[inputs-1].Do(func() {
		known[inputs-1], err = newPermutation(inputs)
		if lanes.InUse && err == nil {
			known[inputs-1].inLanes = newLanePermutation(known[inputs-1])
		}
	})
	return known[inputs-1], err
}

// columns are the state of so many rows, and what the next one is made in.
type columns struct {
	state, next []fr.Vector
	product     fr.Vector
}

func newColumns(width int) *columns {
	vectors := func() []fr.Vector {
		made := make([]fr.Vector, width)
		for index := range made {
			made[index] = make(fr.Vector, together)
		}
		return made
	}
	return &columns{state: vectors(), next: vectors(), product: make(fr.Vector, together)}
}

func addConstant(values fr.Vector, constant *fr.Element) {
	for index := range values {
		values[index].Add(&values[index], constant)
	}
}

// fifth is the S-box, x⁵.
func (c *columns) fifth(values fr.Vector) {
	c.product.Mul(values, values)
	c.product.Mul(c.product, c.product)
	values.Mul(values, c.product)
}

// inner puts Σ factors[i]·from[i] into sum.
func (c *columns) inner(sum fr.Vector, factors []fr.Element, from []fr.Vector) {
	sum.ScalarMul(from[0], &factors[0])
	for index := 1; index < len(from); index++ {
		c.product.ScalarMul(from[index], &factors[index])
		sum.Add(sum, c.product)
	}
}

func (c *columns) full(constants []fr.Element) {
	for index := range c.state {
		addConstant(c.state[index], &constants[index])
		c.fifth(c.state[index])
	}
}

func (c *columns) mix(by matrix) {
	for row := range by {
		c.inner(c.next[row], by[row], c.state)
	}
	c.state, c.next = c.next, c.state
}

// permute leaves the first element of every row's permutation in the first column.
func (p *permutation) permute(c *columns) {
	for _, constants := range p.before {
		c.full(constants)
		c.mix(p.mix)
	}
	for index := range c.state {
		addConstant(c.state[index], &p.enter[index])
	}
	for round := range p.partial {
		of := &p.partial[round]
		c.fifth(c.state[0])
		addConstant(c.state[0], &of.constant)
		c.inner(c.next[0], of.row, c.state)
		for index := range of.column {
			c.product.ScalarMul(c.state[0], &of.column[index])
			c.state[index+1].Add(c.state[index+1], c.product)
		}
		c.state[0], c.next[0] = c.next[0], c.state[0]
	}
	rest := c.state[1:]
	for row := range p.leave {
		c.inner(c.next[row+1], p.leave[row], rest)
	}
	c.next[0], c.state[0] = c.state[0], c.next[0]
	c.state, c.next = c.next, c.state
	for index, constants := range p.after {
		c.full(constants)
		if index < len(p.after)-1 {
			c.mix(p.mix)
			continue
		}
		// Nothing but the first element is asked for.
		c.inner(c.next[0], p.mix[0], c.state)
		c.state[0], c.next[0] = c.next[0], c.state[0]
	}
}

// HashRows hashes every row of so many words (plain, low byte first, below the modulus) after a first
// element that all rows share, and writes the results the same way into a slice of its own.
func HashRows(first fr.Element, words int, rows []byte) ([]byte, error) {
	bytes := words * field.FieldBytes
	if words < 1 || words >= MostInputs || len(rows)%max(bytes, 1) != 0 {
		return nil, fault.ErrShort
	}
	// As circomlib does it: a state of zero, then the inputs, of which the shared element is the first.
	permutation, err := permutationFor(words + 1)
	if err != nil {
		return nil, err
	}
	count := len(rows) / bytes
	hashes := make([]byte, count*field.FieldBytes)
	if lanes.InUse {
		return hashes, permutation.hashInLanes(first, words, rows, hashes)
	}
	batches := (count + together - 1) / together
	err = concurrent.Parallel(batches, func(start, end int) error {
		work := newColumns(permutation.width)
		for batch := start; batch < end; batch++ {
			from, to := batch*together, min((batch+1)*together, count)
			if err := work.load(first, words, rows[from*bytes:to*bytes]); err != nil {
				return err
			}
			permutation.permute(work)
			work.store(hashes[from*field.FieldBytes : to*field.FieldBytes])
		}
		return nil
	})
	return hashes, err
}

func (c *columns) load(first fr.Element, words int, rows []byte) error {
	for lane := range together {
		c.state[0][lane].SetZero()
		c.state[1][lane] = first
	}
	bytes := words * field.FieldBytes
	for word := range words {
		column := c.state[word+2]
		for lane := range len(rows) / bytes {
			value := fr.Element(field.Limbs(rows[lane*bytes+word*field.FieldBytes:]))
			if !field.Below(value, field.FrModulus) {
				return fault.New("HASH_RANGE", field.ErrNotCanonical)
			}
			column[lane] = value
		}
		column.ScalarMul(column, &field.MontgomeryFactor)
	}
	return nil
}

func (c *columns) store(hashes []byte) {
	c.state[0].ScalarMul(c.state[0], &field.PlainFactor)
	for lane := range len(hashes) / field.FieldBytes {
		fieldBytes(hashes[lane*field.FieldBytes:], &c.state[0][lane])
	}
}

// fieldBytes writes a value as it is held: low word first.
func fieldBytes(into []byte, value *fr.Element) {
	for word, limb := range value {
		binary.LittleEndian.PutUint64(into[8*word:], limb)
	}
}
