import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Permissive licences: they may be used in a product under the Apache License 2.0. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT OR Apache',
  'MIT-0',
  'Unlicense',
];

interface Locked {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
}

it('everything that Batchmill depends on has a permissive licence', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const used = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true,
  );
  const others = used.filter(([, { license }]) => license === undefined || !permissive.includes(license));

  expect(used.length).toBeGreaterThan(100);
  expect(others.map(([path, { license }]) => `${path}: ${String(license)}`)).toEqual([]);
});
