import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Ledger } from '@batchmill/records';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LettersHome } from '../testing/letters-home.js';
import { weekOfBooks } from '../testing/week-of-books.js';

const root = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/how-to/costs-and-savings.md'), 'utf8');
const shown = (name: string): string => readFileSync(join(root, `test/guides/costs-and-savings/${name}.txt`), 'utf8');

/** The commands of the guide, in their order. */
const commands = [...page.matchAll(/^npx batchmill (.*?)(?:\s+#.*)?$/gm)].map(([, command = '']) => command);

let home: LettersHome;
beforeAll(async () => {
  home = await LettersHome.open();
  await home.withBatches(async (_, store) => {
    for (const entry of weekOfBooks) await new Ledger(store).book(entry);
  });
});
afterAll(() => home.close());

it('M1 M2 T4: the commands of the guide to costs and savings show what it shows', async () => {
  const results = new Map<string, string>();
  for (const command of commands) {
    const { code, out, err } = await home.batchmill(...command.split(' '));
    expect({ command, code, err }).toEqual({ command, code: 0, err: '' });
    results.set(command, out);
  }

  expect(commands).toHaveLength(7);
  expect(results.get('costs')).toBe(shown('costs'));
  expect(results.get('costs --by function --since 2026-11-20')).toBe(shown('functions'));
  expect(results.get('savings')).toBe(shown('savings'));
});
