// SPDX-License-Identifier: GPL-3.0-or-later

package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is its length (32 bits, little-endian), then that many bytes. A request is an operation
// and its payload; a reply is a status and its payload.
const (
	maxFrameBytes = 1 << 28
	frameChunk    = 1 << 20
)

type operation byte

const (
	// opLoad: 32 bytes of SHA-256, then the path of a .zkey. Reply: nothing.
	opLoad operation = 1
	// opProve: 32 bytes of SHA-256, then a .wtns file. Reply: the proof, then the public signals.
	opProve operation = 2
	// opHash: the first element and then rows of so many words, one byte that says how many, each 32
	// bytes, low byte first. Reply: the hash of every row, written the same way.
	opHash operation = 3
	// opEffort: 32 bytes of SHA-256. Reply: groth16.Effort of the proof made last with that key, as JSON.
	opEffort operation = 4
)

type status byte

const (
	statusDone   status = 0
	statusFailed status = 1
)

// readFrame allocates as the bytes arrive: a length alone costs nobody memory.
func readFrame(from io.Reader) ([]byte, error) {
	var header [4]byte
	if _, err := io.ReadFull(from, header[:]); err != nil {
		return nil, err
	}
	length := int(binary.LittleEndian.Uint32(header[:]))
	if length == 0 || length > maxFrameBytes {
		return nil, fmt.Errorf("a frame must have 1 to %d bytes, got %d", maxFrameBytes, length)
	}
	frame := make([]byte, 0, min(length, frameChunk))
	for len(frame) < length {
		if len(frame) == cap(frame) {
			grown := make([]byte, len(frame), min(length, 4*cap(frame)))
			copy(grown, frame)
			frame = grown
		}
		read, err := from.Read(frame[len(frame):cap(frame)])
		frame = frame[:len(frame)+read]
		if err != nil && len(frame) < length {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return frame, nil
}

func writeFrame(to io.Writer, state status, payload []byte) error {
	frame := make([]byte, 5, 5+len(payload))
	binary.LittleEndian.PutUint32(frame, uint32(1+len(payload)))
	frame[4] = byte(state)
	_, err := to.Write(append(frame, payload...))
	return err
}
