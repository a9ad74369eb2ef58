// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

import { floors } from './prover/floors.js';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default export has a different name in every file that imports it.',
};

const SPDX = 'SPDX-License-Identifier: GPL-3.0-or-later';

const licence = {
  create: (context) => ({
    Program(node) {
      const head = context.sourceCode.getText().split('\n').slice(0, 2).join('\n');
      if (!head.includes(SPDX)) context.report({ node, message: `Begin the file with "${SPDX}".` });
    },
  }),
};

export default defineConfig(
  globalIgnores([
    'node_modules/',
    '.plimsoll/',
    'artifacts/',
    'dist/',
    'cache/',
    '**/generated/',
    '**/*.d.ts',
  ]),
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.recommended],
    plugins: { house: { rules: { licence, floors } } },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'house/licence': 'error',
      'house/floors': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // The standard way to say that an index is within bounds under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      // A promise nobody waits for is a failure nobody sees.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['prover/cli/**', 'prover/toolchain/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.config.{js,ts}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
