// SPDX-License-Identifier: GPL-3.0-or-later

/** The instances that are proven, in an order in which whoever is built on comes first. */

export interface Case {
  readonly template: string;
  readonly parameters: readonly number[];
  /** What the tags `maxbit` of its inputs say in the circuits that use it. */
  readonly widths: Readonly<Record<string, number>>;
  /** True for a gadget whose verdict stands for it where it is used, and whose interior is left out there. */
  readonly opaque: boolean;
  /** True for such a one whose interior stays: whoever uses it builds on how its outputs hang together. */
  readonly visible: boolean;
}

const of = (
  template: string,
  parameters: readonly number[] = [],
  widths: Readonly<Record<string, number>> = {},
): Case => ({ template, parameters, widths, opaque: false, visible: false });
const opaque = (known: Case): Case => ({ ...known, opaque: true });
const visible = (known: Case): Case => ({ ...opaque(known), visible: true });

/** Every template with a hint, and those that ensure what their callers need; with the parameters that the statements use, and what owes it a range. */
export const CASES: readonly Case[] = [
  of('DivFloorConstant', [10 ** 4, 77]),
  of('DivFloorConstant', [10 ** 4 * 2 ** 10, 77]),
  of('DivFloorConstant', [10 ** 5, 75]),
  of('CeilShift', [40, 30]),
  of('CeilShift', [16, 20]),
  ...[17, 39, 40, 65].map((bits) => opaque(of('MaxZero', [bits]))),
  ...[11, 36, 198].map((bits) => opaque(of('SignedFold', [bits]))),
  of('SignedDivFloor', [27]),
  of('SignedDivFloor', [30]),
  of('DivFloor', [25, 72]),
  of('DivFloor', [26, 13]),
  opaque(of('SqrtFloor', [35])),
  opaque(of('SqrtFloor', [36])),
  opaque(of('SqrtFloor', [39])),
  visible(of('TenorWidth')),
  of('TenorInterval'),
  of('TenorValues'),
  of('LeadingShift', [], { value: 40 }),
  of('D1Cell', [24]),
  of('D1Cell', [25]),
  of('D2Cell'),
  of('SviStdDev'),
  of('StdDevSplit', [36]),
  of('StdDevSplit', [39]),
  of('SkewShifts'),
  of('VolFactor'),
  of('ShockedStdDev'),
  of('Bands', [57]),
  of('Bands', [75]),
  of('CollateralValue', [], { marketPriceE4: 40, redemptionRateQ30: 32 }),
  of('Requirement', [], { mmFactorBps: 16 }),
  of('WorstScenario', [], { dampingQ16: 17 }),
  of('ScenarioGrid'),
  of('ScenarioSelection'),
  of('RowSums'),
  of('PageUnit', [6]),
  of('PageUnit', [16]),
  of('AccountChange', [4], { slot: 106, addedSlot: 106, addedKey: 76 }),
];

/** `DivFloor(25, 72)`, with the widths of tags where there are any. */
export function caseName({ template, parameters, widths }: Case): string {
  const tags = Object.entries(widths).map(([name, bits]) => `${name}: ${bits} bits`);
  return `${template}(${parameters.join(', ')})${tags.length > 0 ? ` [${tags.join(', ')}]` : ''}`;
}
