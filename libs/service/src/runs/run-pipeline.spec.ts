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

  /** The code of the refusal, and what onWork was called with before it. */
  async function refused(options: RunPipelineOptions): Promise<{ code: string; work: string[] }> {
    const work: string[] = [];
    const running = runPipeline({ ...options, settings, onWork: (where) => work.push(where) });
    const { code } = await running.then(
      () => ({ code: 'none' }),
      (error: unknown) => error as { code: string },
    );
    return { code, work };
  }

  it('R2: a bad run id is refused with what is wrong, before anything is opened', async () => {
    const running = runPipeline({ pipeline: 'package-docs', runId: 'a b', settings });

    await expect(running).rejects.toThrow(/run id: found "a b", expected at most 100 letters/);
    expect(existsSync(home)).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ['no pipeline', {}, /pipeline: found undefined, expected the name of a pipeline or its definition/],
    ['a misspelt option', { pipeline: 'package-docs', limt: 1 }, /limt: found an unknown option, expected limit/],
  ])('R9: %s is refused with what is wrong, before anything is requested', async (_, options, message) => {
    await expect(runPipeline(options as RunPipelineOptions)).rejects.toThrow(message);
  });

  it.each<[string, RunPipelineOptions, string]>([
    ['pipeline', { pipeline: 'package-dogs' }, 'pipeline.unknown'],
    ['function', { pipeline: 'package-docs', endpoint: 'inference', functions: ['sumary'] }, 'run.unknown-function'],
  ])('R2: an unknown %s is refused before the stages run', async (_, options, code) => {
    await expect(refused(options)).resolves.toEqual({ code, work: [] });
  });

  it.each([
    ['ended', { limit: 1 }, 'finished'],
    ['was rejected', { parameters: { colour: 'red' } }, 'rejected'],
  ])('N1: returns after the notification that the run %s was sent', async (_, request, status) => {
    const statuses: string[] = [];
    const receiver = createServer((request, response) => {
      void json(request).then((payload) => {
        statuses.push((payload as { data: { status: string } }).data.status);
        response.writeHead(204).end();
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    const webhookUrl = `http://127.0.0.1:${port}/`;
    // The run exists already, so that its stage rejects it, and not this process.
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const runs = new Runs(store, new SystemClock());
    const first = { pipeline: 'package-docs', endpoint: 'embeddings', ...request } as const;
    await runs.insert(runs.new('one', first, null)).apply([]);
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

    expect(statuses).toContain(status);
  });

  it('N1: says which notifications were not accepted, and why', async () => {
    const receiver = createServer((_, response) => response.writeHead(500).end());
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    const webhookUrl = `http://127.0.0.1:${port}/`;

    const { status, notAccepted } = await runPipeline({
      pipeline: 'package-docs',
      endpoint: 'embeddings',
      limit: 1,
      settings: { ...settings, notifications: { ...settings.notifications, webhookUrl, allowPrivate: 'true' } },
    });
    receiver.close();

    expect(status).toBe('finished');
    expect(notAccepted).toEqual([
      { channel: 'webhook', notifications: expect.any(Number), error: expect.stringContaining('500') },
    ]);
  });

  it('R2: the id of another run is refused before the stages run', async () => {
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const runs = new Runs(store, new SystemClock());
    await runs.insert(runs.new('one', { pipeline: 'annual-reports' }, null)).apply([]);
    await store.close();

    const options = { pipeline: 'package-docs', runId: 'one' };

    await expect(refused(options)).resolves.toEqual({ code: 'run.other-request', work: [] });
  });
});
