// SPDX-License-Identifier: GPL-3.0-or-later

package curve

import (
	"unsafe"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"plimsoll/native/internal/lanes"
)

// Chords by package lanes. Beside each step stands the bound of what it leaves, in multiples of the modulus:
// what is loaded is below 1, a product below 2, and factors may have bounds with a product up to 84.

const batchBlocks = BatchPairs / lanes.Width

// cachedBlocks is how many blocks of each list are worked on at a time: those of one addition fit the
// first-level cache.
const cachedBlocks = 16

// blocksFor is how many blocks hold so many pairs.
func blocksFor(count int) int { return (count + lanes.Width - 1) / lanes.Width }

// laneOne is 1, limb by limb.
var laneOne = lanes.ConstantOf(lanes.ToForm(fp.One()))

// inverter inverts elements, none of which is 0, by a tree of products of halves.
type inverter struct {
	tree, spare [batchBlocks]lanes.Block
	levels      [][]lanes.Block
}

// invert replaces values, below 2, by their inverses, below 2.
func (work *inverter) invert(values []lanes.Block) {
	work.levels = append(work.levels[:0], values)
	free := work.tree[:]
	level := values
	for len(level) > 1 {
		half := (len(level) + 1) / 2
		products := free[:half]
		free = free[half:]
		lanes.FpMultiply(products[:len(level)-half], level[:len(level)-half], level[half:])
		copy(products[len(level)-half:], level[len(level)-half:half])
		work.levels = append(work.levels, products)
		level = products
	}
	invertBlock(level)
	for index := len(work.levels) - 2; index >= 0; index-- {
		inverses, level := work.levels[index+1], work.levels[index]
		half := len(inverses)
		low, high, own := level[:len(level)-half], level[half:], inverses[:len(level)-half]
		spare := work.spare[:len(low)]
		lanes.FpMultiply(spare, own, high)
		lanes.FpMultiply(high, own, low)
		copy(low, spare)
		copy(level[len(low):half], inverses[len(low):])
	}
}

// invertBlock inverts the elements of one block by the library: read in its form an element is 2^RadixShift
// times too large, its inverse as many times too small, and has to be as many times larger.
func invertBlock(block []lanes.Block) {
	var pairs [lanes.Width][2]fp.Element
	lanes.FpStore(block, block, unsafe.Pointer(&pairs), unsafe.Sizeof(pairs[0]))
	var values [lanes.Width]fp.Element
	for lane := range pairs {
		values[lane] = pairs[lane][0]
	}
	for lane, inverse := range fp.BatchInvert(values[:]) {
		pairs[lane][1] = lanes.ToForm(lanes.ToForm(inverse))
	}
	var other [1]lanes.Block
	lanes.FpLoad(other[:], block, unsafe.Pointer(&pairs), unsafe.Sizeof(pairs[0]))
}

// fill sets the elements from count on to 1.
func fill(blocks []lanes.Block, count int) {
	for index := count; index < len(blocks)*lanes.Width; index++ {
		for limb, value := range laneOne {
			blocks[index/lanes.Width][limb][index%lanes.Width] = value
		}
	}
}

type blocks = [batchBlocks]lanes.Block

type laneChordsG1 struct {
	inverter
	ax, ay, bx, by, slope blocks
}

func newLaneChordsG1() chords[fp.Element] { return new(laneChordsG1) }

func (work *laneChordsG1) add(left, right []Affine[fp.Element], count int) {
	count8 := blocksFor(count)
	ax, ay, bx, by, slope := work.ax[:count8], work.ay[:count8], work.bx[:count8], work.by[:count8], work.slope[:count8]
	const stride = unsafe.Sizeof(left[0])
	lanes.FpLoad(ax, ay, unsafe.Pointer(&left[0]), stride)
	lanes.FpLoad(bx, by, unsafe.Pointer(&right[0]), stride)
	// (y₂ − y₁)/(x₂ − x₁)
	lanes.FpSubtract1(slope, bx, ax) // 2
	fill(slope, count)
	work.invert(slope)
	for start := 0; start < count8; start += cachedBlocks {
		end := min(start+cachedBlocks, count8)
		ax, ay, bx, by, slope := ax[start:end], ay[start:end], bx[start:end], by[start:end], slope[start:end]
		lanes.FpSubtract1(by, by, ay)      // 2
		lanes.FpMultiply(slope, slope, by) // 2
		lanes.FpMultiply(by, slope, slope) // 2
		// x = slope² − x₁ − x₂, y = slope·(x₁ − x) − y₁
		lanes.FpSubtract1(by, by, ax)   // 3
		lanes.FpSubtract1(by, by, bx)   // 4
		lanes.FpSubtract4(ax, ax, by)   // 5
		lanes.FpMultiply(ax, ax, slope) // 2
		lanes.FpSubtract1(ax, ax, ay)   // 3
		lanes.FpStore(by, ax, unsafe.Pointer(&left[start*lanes.Width]), stride)
	}
}

type laneChordsG2 struct {
	inverter
	leftX, leftY, rightX, rightY, slope, s, t [2]blocks
	norm                                      blocks
}

func newLaneChordsG2() chords[bn254.E2] { return new(laneChordsG2) }

func (work *laneChordsG2) add(left, right []Affine[bn254.E2], count int) {
	count8 := blocksFor(count)
	part := func(of *[2]blocks) (real, imaginary []lanes.Block) { return of[0][:count8], of[1][:count8] }
	ax, axi := part(&work.leftX)
	ay, ayi := part(&work.leftY)
	bx, bxi := part(&work.rightX)
	by, byi := part(&work.rightY)
	slope, slopei := part(&work.slope)
	s, si := part(&work.s)
	t, ti := part(&work.t)
	norm := work.norm[:count8]
	const stride = unsafe.Sizeof(left[0])
	lanes.FpLoad(ax, axi, unsafe.Pointer(&left[0].X), stride)
	lanes.FpLoad(ay, ayi, unsafe.Pointer(&left[0].Y), stride)
	lanes.FpLoad(bx, bxi, unsafe.Pointer(&right[0].X), stride)
	lanes.FpLoad(by, byi, unsafe.Pointer(&right[0].Y), stride)
	// (y₂ − y₁)·conjugate(x₂ − x₁)/norm(x₂ − x₁)
	lanes.FpSubtract1(s, bx, ax)    // 2
	lanes.FpSubtract1(si, axi, bxi) // 2, of the conjugate
	fill(s, count)
	lanes.FpMultiplyTwo(norm, s, s, si, si) // 2
	work.invert(norm)
	lanes.FpSubtract1(by, by, ay)               // 2
	lanes.FpSubtract1(byi, byi, ayi)            // 2
	lanes.FpMultiplyTwo(slopei, by, si, byi, s) // 2
	lanes.FpSubtract2(ti, zeros[:count8], si)   // 2
	lanes.FpMultiplyTwo(slope, by, s, byi, ti)  // 2
	lanes.FpMultiply(slope, slope, norm)        // 2
	lanes.FpMultiply(slopei, slopei, norm)      // 2
	// slope² = (a + b)(a − b) + 2ab·u
	lanes.FpAdd(s, slope, slopei)       // 4
	lanes.FpSubtract2(t, slope, slopei) // 4
	lanes.FpMultiply(t, s, t)           // 2
	lanes.FpAdd(ti, slope, slope)       // 4
	lanes.FpMultiply(ti, ti, slopei)    // 2
	// x = slope² − x₁ − x₂
	lanes.FpSubtract1(t, t, ax)    // 3
	lanes.FpSubtract1(t, t, bx)    // 4
	lanes.FpSubtract1(ti, ti, axi) // 3
	lanes.FpSubtract1(ti, ti, bxi) // 4
	// y = slope·(x₁ − x) − y₁
	lanes.FpSubtract4(ax, ax, t)                     // 5
	lanes.FpSubtract4(axi, axi, ti)                  // 5
	lanes.FpSubtract2(s, zeros[:count8], slopei)     // 2
	lanes.FpMultiplyTwo(bx, ax, slope, axi, s)       // 2
	lanes.FpMultiplyTwo(bxi, ax, slopei, axi, slope) // 2
	lanes.FpSubtract1(bx, bx, ay)                    // 3
	lanes.FpSubtract1(bxi, bxi, ayi)                 // 3
	lanes.FpStore(t, ti, unsafe.Pointer(&left[0].X), stride)
	lanes.FpStore(bx, bxi, unsafe.Pointer(&left[0].Y), stride)
}

// zeros are only read.
var zeros blocks
