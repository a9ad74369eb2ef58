// SPDX-License-Identifier: GPL-3.0-or-later
import { PGlite } from '@electric-sql/pglite';

import { answerQuestions, type Handed } from '../answering-thread.ts';
import type { SqlRow } from './database.ts';

export type DatabaseQuestion =
  | { readonly kind: 'open'; readonly folder: string }
  | { readonly kind: 'query'; readonly sql: string; readonly values: readonly unknown[] }
  | { readonly kind: 'execute'; readonly sql: string }
  | { readonly kind: 'close' };

let pglite: PGlite | undefined;

async function rowsOf(question: DatabaseQuestion): Promise<readonly SqlRow[]> {
  switch (question.kind) {
    case 'open':
      pglite = await PGlite.create(question.folder);
      return [];
    case 'query':
      return (await pglite!.query<SqlRow>(question.sql, [...question.values])).rows;
    case 'execute':
      return (await pglite!.exec(question.sql)).flatMap(({ rows }) => rows as SqlRow[]);
    case 'close':
      await pglite!.close();
      return [];
  }
}

answerQuestions<DatabaseQuestion>(async (question): Promise<Handed> => ({
  value: await rowsOf(question),
}));
