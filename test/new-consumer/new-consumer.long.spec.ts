import { EmbeddedStore } from '@batchmill/store/embedded';
import { eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyRepository } from './repository-copy.js';
import { runNode, type CommandResult } from './run-node.js';
import { StartedApp } from './started-app.js';
import { TraceSink } from './trace-sink.js';

const name = 'court-letters';

describe('a new consumer', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await copyRepository();
    await node('tools/new-consumer/command.ts', name);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('S7: a new consumer builds, and passes lint, format, types and its own tests', async () => {
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `apps/${name}`, 'error-codes'];
    const built = await node('node_modules/nx/dist/bin/nx.js', 'run', '@batchmill/bundle:build');
    const checks = [
      await node('node_modules/prettier/bin/prettier.cjs', '--check', `apps/${name}`, 'docker-compose.yml'),
      ...(await Promise.all([
        node('node_modules/eslint/bin/eslint.js', `apps/${name}`),
        node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
      ])),
      await node(...jest, '--forceExit'),
      await node('tools/print-reference.ts', '--check'),
    ];

    expect([built, ...checks].filter(({ code }) => code !== 0)).toEqual([]);
    expect(checks.map(({ err }) => err).join('\n')).toMatch(/Tests: +\d+ passed/);
  });

  it('S7: a new consumer runs as a service alone; in one process with the engine it requests its run and handles the answers, in one trace', async () => {
    const home = join(folder, 'home');
    await insertLetters(home, 3);
    const traces = await TraceSink.open();
    const env = {
      BATCHMILL_HOME: home,
      BATCHMILL_CONSUMERS: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };

    const alone = await StartedApp.start(folder, name, { BATCHMILL_HOME: join(folder, 'consumer-home') });
    const ready = await alone.get('/health/ready');
    const codes = [await alone.stop()];
    const all = await StartedApp.start(folder, 'all-in-one', { ...env, BATCHMILL_SIMULATOR_SPEED: '1000' });
    await eventually('the answers to be handled', async () => {
      const { text: counts } = await all.get('/metrics');
      return /messages\w*\{[^}]*stage="court-letters"[^}]*outcome="handled"/.test(counts);
    });
    codes.push(await all.stop());
    const { letters, runs } = await storedIn(home);

    expect(ready).toMatchObject({ status: 200 });
    expect(codes).toEqual([0, 0]);
    expect(runs).toEqual([expect.objectContaining({ pipeline: name, _id: expect.stringContaining(name) })]);
    expect(letters).toHaveLength(3);
    for (const letter of letters) expect(letter).toMatchObject({ handled_by: { [name]: { runId: runs[0]!['_id'] } } });
    const [, traceId = ''] = String(runs[0]!['traceparent']).split('-');
    expect(traces.holds(`${name} results.ingested`, traceId)).toBe(true);
    expect(traces.holds('batch-submitter submit', traceId)).toBe(true);
    await traces.close();
  });

  function node(...args: string[]): Promise<CommandResult> {
    return runNode(folder, ...args);
  }
});

async function insertLetters(home: string, count: number): Promise<void> {
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  const letters = Array.from({ length: count }, (_, index) => ({ _id: `letter-${index}`, text: `Letter ${index}.` }));
  await store.collection('court_letters').insertMany(letters);
  await store.close();
}

async function storedIn(home: string): Promise<Record<'letters' | 'runs', Record<string, unknown>[]>> {
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  const letters = await Array.fromAsync(store.collection('court_letters').find({}));
  const runs = await Array.fromAsync(store.collection('runs').find({}));
  await store.close();
  return { letters, runs };
}
