// SPDX-License-Identifier: GPL-3.0-or-later
import type { OptionSpec } from '../command.ts';

export const GATE_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'address',
  describe: "the venue's HealthGate contract, which names its verifiers",
};
