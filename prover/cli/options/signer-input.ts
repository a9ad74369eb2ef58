// SPDX-License-Identifier: GPL-3.0-or-later
import type { Wallet } from 'ethers';

import { readSender as senderOf, type RemoteSigner } from '../../chain/remote-signer.ts';
import { KEY_VARIABLE, PASSWORD_VARIABLE, readWallet } from '../../chain/wallet.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

export const KEYSTORE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe:
    `encrypted keystore (version 3 JSON) of the signer, its password in ${PASSWORD_VARIABLE}; ` +
    `without it the private key is read from ${KEY_VARIABLE}`,
};

/** Who signs, from a keystore file or the environment; no message ever quotes a secret. */
export async function readSigner(context: CommandContext): Promise<Wallet> {
  return await readWallet(stringOption(context, 'keystore'), '--keystore');
}

/** The same, or a key that signs elsewhere, where the environment names one. */
export async function readSender(context: CommandContext): Promise<Wallet | RemoteSigner> {
  return await senderOf(stringOption(context, 'keystore'), '--keystore');
}
