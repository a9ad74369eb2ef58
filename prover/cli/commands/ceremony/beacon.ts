// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { contributeBeacon } from '../../../toolchain/ceremony/contribute.ts';
import type { Command } from '../../command.ts';
import {
  BEACON_OPTIONS,
  FOLDER_POSITIONAL,
  beaconValueOf,
  ceremonyFolder,
} from '../../options/ceremony-inputs.ts';
import { bytes32, shape, whole } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'ceremony beacon',
  description:
    'Ends the contributions with the value that the plan fixed: the hash of its block, which could\n' +
    'not be known while anybody contributed. Everybody who has that block can repeat this step.',
  example: 'npx plimsoll ceremony beacon ceremony --rpc http://127.0.0.1:8545',
  positionals: [FOLDER_POSITIONAL],
  options: BEACON_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ number: whole, chainId: whole, block: whole, value: bytes32 }),
  },
  run: async (context) => {
    const folder = ceremonyFolder(context);
    const valueOf = beaconValueOf(context);
    if (valueOf === undefined)
      throw new InvalidInput('--rpc', "is required, or the block's --value");
    const { chainId, block, iterations } = folder.plan().document.beacon;
    const value = await valueOf({ chainId, block, iterations });
    const { number } = await contributeBeacon(folder, value, { note: context.note });
    context.printJson({ number, chainId, block, value: `0x${value}` });
    context.print(`beacon applied: block ${block} of chain ${chainId}, 0x${value}`);
  },
};
