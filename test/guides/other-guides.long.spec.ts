import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { SimulatorProcess } from '@batchmill/testing';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { batchmill } from '../end-to-end/command.js';
import { fast, root } from '../pipelines/example.js';

const here = import.meta.dirname;
const timeoutMs = 600_000;
const run = promisify(execFile);

interface RunSummary {
  readonly succeeded: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly cost: { readonly synchronousUsd: number };
}

describe('the guides', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-guides-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function load(file: string, collection: string): Promise<void> {
    await batchmill(root, ['load', file, '--collection', collection], { env: { BATCHMILL_HOME: home } });
  }

  async function runScript(name: string): Promise<string> {
    const env = { PATH: process.env['PATH'], BATCHMILL_HOME: home, ...fast };
    const args = ['--disable-warning=ExperimentalWarning', join(here, name)];
    return (await run(process.execPath, args, { cwd: root, env })).stdout;
  }

  it(
    'R9 T4: the script of run-from-typescript runs a definition with its own processor, and returns the totals',
    async () => {
      await load(join(here, 'recipes/recipes.jsonl'), 'recipes');

      const output = await runScript('run-recipes.ts');

      expect(JSON.parse(output)).toEqual({ totalProcessed: 2, succeeded: 2, failed: 0, usd: expect.any(Number) });
      const store = EmbeddedStore.open({ file: join(home, 'state.db') });
      const lists = await Array.fromAsync(store.collection('recipes').find({ ai_status: 'completed' }));
      await store.close();
      expect(lists.map((recipe) => recipe['shopping_list'])).toEqual([[expect.any(String)], [expect.any(String)]]);
    },
    timeoutMs,
  );

  it(
    'R9 T4: the script of run-from-typescript runs a pipeline of the folder by its name',
    async () => {
      await load('pipelines/customer-service/documents.jsonl', 'tickets');

      expect(await runScript('run-by-name.ts')).toBe('finished: 3\n');
    },
    timeoutMs,
  );

  it(
    'T4: another provider needs only its address, its key, a model, a price and its completion window in the settings',
    async () => {
      const provider = await SimulatorProcess.start(join(home, 'provider'), '--speed', '3600', '--windows', '48h');
      const files = ['another-provider.env', 'other-window.env'];
      const settings = files.map((file) => readFileSync(join(here, file), 'utf8')).join('\n');
      await writeFile(join(home, '.env'), settings.replace('http://127.0.0.1:8080', provider.url));
      await cp(join(here, 'prices.json'), join(home, 'prices.json'));
      await cp(join(root, 'pipelines/basic-schema'), join(home, 'pipelines/basic-schema'), { recursive: true });
      const { BATCHMILL_FIRST_POLL_MS, POLL_INTERVAL } = fast;
      const env = { BATCHMILL_FIRST_POLL_MS, POLL_INTERVAL };

      await batchmill(home, ['load', 'pipelines/basic-schema/documents.jsonl', '--collection', 'articles'], { env });
      const { out, code } = await batchmill(home, ['run', 'basic-schema', '--wait', '--json'], { env });
      const { requests } = await provider.ledger();
      await provider.end();

      expect(code).toBe(0);
      expect(requests).toBe(4);
      const { succeeded, tokens, cost } = JSON.parse(out.trim().split('\n').at(-1) ?? '') as RunSummary;
      expect(succeeded).toBe(4);
      expect(cost.synchronousUsd).toBeCloseTo((tokens.input * 0.1 + tokens.output * 0.4) / 1_000_000, 9);
    },
    timeoutMs,
  );
});
