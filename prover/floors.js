// SPDX-License-Identifier: GPL-3.0-or-later
import { dirname, relative, resolve, sep } from 'node:path';

/**
 * The rooms of `prover/`, from the ground up: a file imports from its own room and from those below
 * it, never from one above. Each room's README.md says what it promises, docs/architecture.md has the map.
 */
export const FLOORS = [
  'core',
  'model',
  'commitments',
  'risk',
  'documents',
  'statements',
  'market',
  'proving',
  'native',
  'analysis',
  'forecast',
  'venue',
  'simulation',
  'toolchain',
  'chain',
  'oracle',
  'receipt',
  'sequencer',
  'keeper',
  'audit',
  'dashboard',
  'service',
  'library',
  'sample',
  'demo',
  'bench',
  'cli',
];

/** @param {string} file absolute @returns {string | undefined} the room it stands in */
function roomOf(file) {
  const [room = '', ...inside] = relative(import.meta.dirname, file).split(sep);
  return room === '..' || inside.length === 0 ? undefined : room;
}

/**
 * ESLint rule: no import goes up a floor, and none leaves `prover/` for the scripts or the tests.
 * @type {import('eslint').Rule.RuleModule}
 */
export const floors = {
  create(context) {
    const room = roomOf(context.filename);
    if (room === undefined) return {};
    const floor = FLOORS.indexOf(room);
    /** @param {any} node */
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const other = roomOf(resolve(dirname(context.filename), specifier));
      if (floor < 0) {
        context.report({ node, message: `"${room}" is no room of prover/floors.js.` });
      } else if (other === undefined) {
        context.report({ node, message: `"${specifier}" leaves prover/.` });
      } else if (FLOORS.indexOf(other) > floor) {
        context.report({
          node,
          message: `"${room}" stands below "${other}": imports go down only.`,
        });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
