// SPDX-License-Identifier: GPL-3.0-or-later
import { Wallet } from 'ethers';

import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';

/** A private key never comes by a flag: flags are seen by every process and kept in histories. */
export const KEY_VARIABLE = 'PLIMSOLL_SIGNER_KEY';
export const PASSWORD_VARIABLE = 'PLIMSOLL_KEYSTORE_PASSWORD';

export const KEYSTORE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe:
    `encrypted keystore (version 3 JSON) of the signer, its password in ${PASSWORD_VARIABLE}; ` +
    `without it the private key is read from ${KEY_VARIABLE}`,
};

async function fromKeystore(path: string): Promise<Wallet> {
  const json = readTextFile(path, '--keystore');
  const password = process.env[PASSWORD_VARIABLE];
  if (password === undefined) {
    throw new InvalidInput(PASSWORD_VARIABLE, 'must hold the password of the keystore');
  }
  try {
    return new Wallet((await Wallet.fromEncryptedJson(json, password)).privateKey);
  } catch (error) {
    // The cause may quote what it was given, and is therefore not passed on.
    const wrongPassword = error instanceof Error && error.message.includes('incorrect password');
    throw wrongPassword
      ? new InvalidInput(PASSWORD_VARIABLE, 'is not the password of the keystore')
      : new InvalidInput('--keystore', `${path}: is not an encrypted keystore`);
  }
}

function fromEnvironment(): Wallet {
  const key = process.env[KEY_VARIABLE];
  if (key === undefined) {
    throw new InvalidInput('--keystore', `is required, or a private key in ${KEY_VARIABLE}`);
  }
  try {
    if (/^0x[0-9a-fA-F]{64}$/.test(key)) return new Wallet(key);
  } catch {
    // Zero and numbers from the group order on are no keys; the error would quote the key.
  }
  throw new InvalidInput(KEY_VARIABLE, 'must be a private key: 0x and 64 hexadecimal digits');
}

/** Who signs, from a keystore file or the environment; no message ever quotes a secret. */
export async function readSigner(context: CommandContext): Promise<Wallet> {
  const path = stringOption(context, 'keystore');
  return path === undefined ? fromEnvironment() : fromKeystore(path);
}
