// SPDX-License-Identifier: GPL-3.0-or-later

// Package container reads and writes the sections of .zkey, .wtns and .r1cs files.
package container

import (
	"encoding/binary"
	"fmt"
	"io"
)

// maxSections is far above what either format has; it bounds the work on a hostile header.
const maxSections = 64

const (
	headerBytes  = 12
	sectionBytes = 12
)

// ReadSections splits the container shared by .zkey and .wtns: magic, version, then typed
// sections. Every length is compared with the file before anything is read.
func ReadSections(file []byte, magic string, version uint32) (map[uint32][]byte, error) {
	if len(file) < headerBytes || string(file[:4]) != magic {
		return nil, fmt.Errorf("%s: not in the %s format", magic, magic)
	}
	if found := binary.LittleEndian.Uint32(file[4:]); found != version {
		return nil, fmt.Errorf("%s: version must be %d, got %d", magic, version, found)
	}
	count := binary.LittleEndian.Uint32(file[8:])
	if count > maxSections {
		return nil, fmt.Errorf("%s: must have at most %d sections, got %d", magic, maxSections, count)
	}
	sections := make(map[uint32][]byte, count)
	rest := file[headerBytes:]
	for range count {
		if len(rest) < sectionBytes {
			return nil, fmt.Errorf("%s: the file is truncated", magic)
		}
		kind := binary.LittleEndian.Uint32(rest)
		length := binary.LittleEndian.Uint64(rest[4:])
		rest = rest[sectionBytes:]
		if length > uint64(len(rest)) {
			return nil, fmt.Errorf("%s: section %d is truncated", magic, kind)
		}
		if _, found := sections[kind]; found {
			return nil, fmt.Errorf("%s: section %d appears twice", magic, kind)
		}
		sections[kind] = rest[:length:length]
		rest = rest[length:]
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("%s: %d bytes follow the last section", magic, len(rest))
	}
	return sections, nil
}

// Section is one of the file, of exactly the size that the header implies.
func Section(sections map[uint32][]byte, name string, kind uint32, size uint64) ([]byte, error) {
	found, ok := sections[kind]
	if !ok {
		return nil, fmt.Errorf("%s: section is missing", name)
	}
	if uint64(len(found)) != size {
		return nil, fmt.Errorf("%s: section must be %d bytes, got %d", name, size, len(found))
	}
	return found, nil
}

func WriteSection(to io.Writer, kind uint32, bytes []byte) error {
	header := binary.LittleEndian.AppendUint32(nil, kind)
	header = binary.LittleEndian.AppendUint64(header, uint64(len(bytes)))
	if _, err := to.Write(header); err != nil {
		return err
	}
	_, err := to.Write(bytes)
	return err
}
