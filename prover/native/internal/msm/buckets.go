// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"unsafe"

	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/lanes"
)

// cachedEntries is how many points are added up at a time.
const cachedEntries = 16 * curve.BatchPairs

// prefetched is how many points are asked for at a time, and how long before they are read.
const prefetched = 32

// entry names a point of a list, or its negative: index·2 + sign.
type entry = uint32

// groups are entries in order of the group they belong to: those of group g are
// entries[start[g]] … entries[start[g+1]].
type groups struct {
	entries []entry
	start   []uint32
}

// sort puts the points of which the digits are given into groups by size of digit: group g takes
// those of g + 1 and, as negatives, of −(g + 1). A digit of 0 is in none.
func (g *groups) sort(digits []int16, count int) {
	g.start = append(g.start[:0], make([]uint32, count+1)...)
	for _, digit := range digits {
		sign := int32(digit) >> 31
		g.start[(int32(digit)^sign)-sign]++
	}
	total := uint32(0)
	g.start[0] = 0
	for group := 1; group <= count; group++ {
		total, g.start[group] = total+g.start[group], total
	}
	if cap(g.entries) < int(total) {
		g.entries = make([]entry, total)
	}
	g.entries = g.entries[:total]
	// start[d] runs from the beginning of group d − 1 to its end, which is where group d begins. Signs are as
	// good as random: no branch depends on one.
	entries, start := g.entries, g.start
	for index, digit := range digits {
		if digit == 0 {
			continue
		}
		sign := int32(digit) >> 31
		place := &start[(int32(digit)^sign)-sign]
		entries[*place] = entry(index)<<1 | entry(sign&1)
		*place++
	}
}

// bucketSums adds up groups of points. It is scratch space of one thread.
type bucketSums[E comparable] struct {
	adder  *curve.Adder[E]
	negate func(y *E, sign uint64)
	buffer []curve.Affine[E]
	active []int
	counts []uint32
	places []uint32
}

func (work *bucketSums[E]) load(into *curve.Affine[E], points []curve.Affine[E], from entry) {
	*into = points[from>>1]
	work.negate(&into.Y, uint64(from&1))
}

// sum writes the sum of each group into sums, so many groups at a time that their points stay in the
// second-level cache.
func (work *bucketSums[E]) sum(sums, points []curve.Affine[E], of *groups) {
	count := len(of.start) - 1
	for first := 0; first < count; {
		last := first + 1
		for last < count && of.start[last+1]-of.start[first] <= cachedEntries {
			last++
		}
		work.sumSome(sums[first:last], points, of.entries, of.start[first:last+1])
		first = last
	}
}

// sumSome adds up pairs first, then pairs of pairs, all groups at once.
func (work *bucketSums[E]) sumSome(sums, points []curve.Affine[E], entries []entry, start []uint32) {
	work.active, work.counts, work.places = work.active[:0], work.counts[:0], work.places[:0]
	place := uint32(0)
	for group := range sums {
		size := (start[group+1] - start[group] + 1) / 2
		work.counts = append(work.counts, size)
		work.places = append(work.places, place)
		place += size
		if size > 1 {
			work.active = append(work.active, group)
		}
	}
	work.buffer = sized(work.buffer, int(place))
	buffer := work.buffer
	// Points are met in no order: those of the next pairs are asked for while these are copied.
	asked, last := start[0], start[len(sums)]
	for group := range sums {
		own := entries[start[group]:start[group+1]]
		into := work.places[group]
		for ; len(own) > 1; own = own[2:] {
			if here := start[group+1] - uint32(len(own)); asked < last && asked < here+prefetched {
				next := min(asked+prefetched, last)
				lanes.Prefetch(unsafe.Pointer(&points[0]), unsafe.Sizeof(points[0]), entries[asked:next])
				asked = next
			}
			left, right := work.adder.Next()
			work.load(left, points, own[0])
			work.load(right, points, own[1])
			work.adder.Commit(&buffer[into])
			into++
		}
		if len(own) == 1 {
			work.load(&buffer[into], points, own[0])
		}
	}
	work.adder.Flush()
	work.halve(buffer)
	for group := range sums {
		sums[group] = curve.Affine[E]{}
		if work.counts[group] > 0 {
			sums[group] = buffer[work.places[group]]
		}
	}
}

// halve adds neighbours until every group has one point. A sum's place is not after its terms', which
// were copied when it was asked for, so that all can stay where they are.
func (work *bucketSums[E]) halve(buffer []curve.Affine[E]) {
	for len(work.active) > 0 {
		left := work.active[:0]
		for _, group := range work.active {
			count := work.counts[group]
			own := buffer[work.places[group]:][:count]
			for pair := range count / 2 {
				work.adder.Add(&own[pair], &own[2*pair], &own[2*pair+1])
			}
			if count%2 == 1 {
				own[count/2] = own[count-1]
			}
			work.counts[group] = (count + 1) / 2
			if work.counts[group] > 1 {
				left = append(left, group)
			}
		}
		work.adder.Flush()
		work.active = left
	}
}
