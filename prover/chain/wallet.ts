// SPDX-License-Identifier: GPL-3.0-or-later
import { Wallet } from 'ethers';

import { InvalidInput } from '../core/errors.ts';
import { readTextFile } from '../core/files.ts';

/** A private key never comes by a flag or a file in the clear: those are seen and kept. */
export const KEY_VARIABLE = 'PLIMSOLL_SIGNER_KEY';
export const PASSWORD_VARIABLE = 'PLIMSOLL_KEYSTORE_PASSWORD';

/** From an encrypted keystore; `field` names what said where it is. */
async function fromKeystore(
  path: string,
  field: string,
  environment: NodeJS.ProcessEnv,
): Promise<Wallet> {
  const json = readTextFile(path, field);
  const password = environment[PASSWORD_VARIABLE];
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
      : new InvalidInput(field, `${path}: is not an encrypted keystore`);
  }
}

function fromEnvironment(field: string, environment: NodeJS.ProcessEnv): Wallet {
  const key = environment[KEY_VARIABLE];
  if (key === undefined) {
    throw new InvalidInput(field, `is required, or a private key in ${KEY_VARIABLE}`);
  }
  try {
    if (/^0x[0-9a-fA-F]{64}$/.test(key)) return new Wallet(key);
  } catch {
    // Zero and numbers from the group order on are no keys; the error would quote the key.
  }
  throw new InvalidInput(KEY_VARIABLE, 'must be a private key: 0x and 64 hexadecimal digits');
}

/** Who signs, from a keystore file or the environment; no message ever quotes a secret. */
export async function readWallet(
  keystore: string | undefined,
  field: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Wallet> {
  return keystore === undefined
    ? fromEnvironment(field, environment)
    : await fromKeystore(keystore, field, environment);
}
