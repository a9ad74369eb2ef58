// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress } from 'ethers';

import { text } from '../../core/schema.ts';

function isChecksummed(value: string): boolean {
  try {
    return getAddress(value) === value;
  } catch {
    return false;
  }
}

/** An address as files that people hand about spell it. */
export const checksummedAddress = text().refine(isChecksummed, {
  error: 'must be a 20-byte address, 0x and hexadecimal digits, with its checksum (EIP-55)',
});
