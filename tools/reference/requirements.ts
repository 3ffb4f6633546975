import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownRowsIn, type Shown } from './shown-rows.ts';

const root = join(import.meta.dirname, '../..');

/** Every row with the tests that carry its number in their names. */
export function requirementsPage(): string {
  const rows = JSON.parse(readFileSync(join(import.meta.dirname, 'requirements.json'), 'utf8')) as [string, string][];
  const tests = testsByRow();
  const lines = [
    '# Requirements and the tests that show them',
    '',
    'Printed from the names of the tests by `npm run docs`.',
  ];
  for (const [row, text] of rows) {
    lines.push('', `## ${row} ${text}`, '');
    const shown = tests.get(row) ?? [];
    if (shown.length === 0) lines.push('Not shown by a test yet.');
    else lines.push(...shown.map(({ name, file }) => `- ${name} (\`${file}\`)`));
  }
  return `${lines.join('\n')}\n`;
}

function testsByRow(): Map<string, { name: string; file: string }[]> {
  const found = new Map<string, { name: string; file: string }[]>();
  const files = globSync('{apps,libs,test}/**/*.{spec,contract}.ts', {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  });
  for (const file of files.sort()) {
    for (const { rows, sentence } of shownIn(file)) {
      for (const row of rows) found.set(row, [...(found.get(row) ?? []), { name: sentence, file }]);
    }
  }
  return found;
}

function shownIn(file: string): Shown[] {
  try {
    return shownRowsIn(readFileSync(join(root, file), 'utf8'));
  } catch (error) {
    throw new Error(`${file}: the title of a test cannot be printed`, { cause: error });
  }
}
