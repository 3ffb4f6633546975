import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './read-settings.js';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/how-to/environments.md'), 'utf8');
const files = [...page.matchAll(/^```sh\n# (\.env\S*)\n([^]*?)^```/gm)].map(
  ([, name = '', text = '']) => [name, text] as const,
);
const rows = [...page.matchAll(/^\| (nothing|`[A-Z][^`]*`) +\| `([^`]+)` +\| `(\d+)` +\| (\w+) +\|$/gm)].map(
  ([, started = '', baseUrl = '', maxRetries = '', store = '']) => ({ started, baseUrl, maxRetries, store }),
);

describe('docs/how-to/environments.md', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-environments-'));
    await writeFile(join(cwd, 'openai'), 'sk-1');
    for (const [name, text] of files) {
      await writeFile(join(cwd, name), text.replace('/run/secrets/openai', join(cwd, 'openai')));
    }
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('shows a file for each environment and the resulting settings', () => {
    expect(files.map(([name]) => name)).toEqual(['.env', '.env.development', '.env.test', '.env.production']);
    expect(rows).toHaveLength(4);
  });

  it.each(rows)(
    'C6: the files give the settings that the page shows, when started with: $started',
    ({ started, ...expected }) => {
      const words = started === 'nothing' ? [] : started.replaceAll('`', '').split(' ');
      const env = Object.fromEntries(words.map((word) => word.split('=')) as [string, string][]);

      const { openai, batches, adapters } = readSettings({ env, cwd });

      expect(openai.baseUrl).toBe(expected.baseUrl);
      expect(String(batches.maxRetries)).toBe(expected.maxRetries);
      expect(adapters.store.scheme).toBe(expected.store);
    },
  );

  it('C6: a misspelt environment stops the start; one with a name of its own needs no file', async () => {
    await writeFile(join(cwd, '.env.staging'), 'PORT=1\n');

    expect(() => readSettings({ env: { BATCHMILL_ENV: 'prodction' }, cwd })).toThrow(
      /BATCHMILL_ENV: found "prodction", and no file \.env\.prodction in .*; did you mean production\?/,
    );
    expect(() => readSettings({ env: { NODE_ENV: 'stagin' }, cwd })).toThrow(/did you mean staging\?/);
    expect(readSettings({ env: { BATCHMILL_ENV: 'staging' }, cwd }).service.port).toBe(1);
    expect(readSettings({ env: { BATCHMILL_ENV: 'laptop' }, cwd }).installation.environment).toBe('laptop');
  });

  it('C6: the file of one environment cannot name another', async () => {
    await writeFile(join(cwd, '.env.test'), 'BATCHMILL_ENV=production\n');

    expect(() => readSettings({ env: { BATCHMILL_ENV: 'test' }, cwd })).toThrow(
      'BATCHMILL_ENV: found "production" in .env.test, expected it in .env or the environment',
    );
  });

  it('C6: the file of an environment may name the file of a secret', () => {
    expect(readSettings({ env: { BATCHMILL_ENV: 'production' }, cwd }).openai.apiKey).toBe('sk-1');
  });
});
