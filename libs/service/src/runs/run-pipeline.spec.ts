import { SystemClock } from '@batchmill/contracts';
import { Runs } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { readSettings, type Settings } from '../settings/index.js';
import type { RunPipelineOptions } from './run-pipeline-options.js';
import { runPipeline } from './run-pipeline.js';

describe('runPipeline', () => {
  let home: string;
  let settings: Settings;
  beforeEach(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'batchmill-run-')), 'home');
    settings = readSettings({ env: { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' }, cwd: tmpdir() });
  });
  afterEach(() => rm(join(home, '..'), { recursive: true, force: true }));

  /** What was said of the work before the request was refused, and why it was. */
  async function refused(options: RunPipelineOptions): Promise<{ code: string; said: string[] }> {
    const said: string[] = [];
    const running = runPipeline({ ...options, settings, onWork: (where) => said.push(where) });
    const { code } = await running.then(
      () => ({ code: 'none' }),
      (error: unknown) => error as { code: string },
    );
    return { code, said };
  }

  it('R2: an id that can name no run is refused in words, before anything is opened', async () => {
    const running = runPipeline({ pipeline: 'package-docs', runId: 'a b', settings });

    await expect(running).rejects.toThrow(/run id: found "a b", wanted at most 100 letters/);
    expect(existsSync(home)).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ['no pipeline', {}, /pipeline: found nothing that is one, wanted the name of a pipeline or its definition/],
    [
      'a misspelt option',
      { pipeline: 'package-docs', limt: 1 },
      /limt: found an option that is not known, wanted limit/,
    ],
  ])('R9: %s is refused in words, before anything is asked for', async (_, options, message) => {
    await expect(runPipeline(options as RunPipelineOptions)).rejects.toThrow(message);
  });

  it.each<[string, RunPipelineOptions, string]>([
    ['pipeline', { pipeline: 'package-dogs' }, 'pipeline.unknown'],
    ['function', { pipeline: 'package-docs', endpoint: 'inference', functions: ['sumary'] }, 'run.unknown-function'],
  ])('R2: an unknown %s is refused before the stages work', async (_, options, code) => {
    await expect(refused(options)).resolves.toEqual({ code, said: [] });
  });

  it.each([
    ['ended', { limit: 1 }, 'finished'],
    ['was rejected', { parameters: { colour: 'red' } }, 'rejected'],
  ])('N1: returns when people were told that the run %s', async (_, asked, status) => {
    const told: string[] = [];
    const receiver = createServer((request, response) => {
      void json(request).then((payload) => {
        told.push((payload as { data: { status: string } }).data.status);
        response.writeHead(204).end();
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    const webhookUrl = `http://127.0.0.1:${port}/`;
    // Asked for before: what a stage rejects is rejected by it.
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const runs = new Runs(store, new SystemClock());
    const request = { pipeline: 'package-docs', endpoint: 'embeddings', ...asked } as const;
    await runs.insert(runs.new('one', request, null)).apply([]);
    await store.close();

    const options = {
      pipeline: 'package-docs',
      runId: 'one',
      settings: {
        ...settings,
        notifications: { ...settings.notifications, webhookUrl, allowPrivate: 'true' },
      } as const,
    };
    await runPipeline(options).catch(() => undefined);
    receiver.close();

    expect(told).toContain(status);
  });

  it('R2: the id of another run is refused before the stages work', async () => {
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const runs = new Runs(store, new SystemClock());
    await runs.insert(runs.new('one', { pipeline: 'annual-reports' }, null)).apply([]);
    await store.close();

    const options = { pipeline: 'package-docs', runId: 'one' };

    await expect(refused(options)).resolves.toEqual({ code: 'run.other-request', said: [] });
  });
});
