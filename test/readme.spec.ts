import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('README', () => {
  it('quotes its example pipeline exactly', () => {
    expect(read('README.md')).toContain(read('pipelines/package-docs/package-docs.pipeline.ts').trim());
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...`${read('README.md')}${read('CONTRIBUTING.md')}`.matchAll(/npm run ([\w:]+)/g)].map(
      ([, name]) => name,
    );

    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });
});
