import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, , name] of text.matchAll(/\bit(?:\.each\([^)]*\))?\(\s*(['"`])((?:(?!\1).)+)\1/g)) {
      const numbers = /^((?:[A-Z]\d+ ?)+):/.exec(name ?? '')?.[1]?.split(' ') ?? [];
      const sentence = (name ?? '').replace(/^((?:[A-Z]\d+ ?)+): /, '');
      for (const row of numbers.filter((one) => one !== ''))
        found.set(row, [...(found.get(row) ?? []), { name: sentence, file }]);
    }
  }
  return found;
}
