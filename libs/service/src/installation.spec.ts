import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { RunCancelRequested, RunRequested } from '@batchmill/contracts/events';
import { MemoryLog } from '@batchmill/telemetry';
import { builtBatch } from '@batchmill/testing';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordWork } from './installation.js';
import {
  openEngine,
  publishEvent,
  readSettings,
  renewInstallation,
  reportInstallation,
  requestRun,
  takeOverInstallation,
  type Engine,
  type OpenEngineOptions,
  type Settings,
} from './index.js';

const acting = { needsProvider: true, runsStages: true } as const;
const reading = { needsProvider: false } as const;

describe('the installation of a state', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-installation-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function on<T>(
    home: string,
    options: Pick<OpenEngineOptions, 'needsProvider' | 'runsStages'>,
    work: (engine: Engine, settings: Settings) => Promise<T>,
  ): Promise<T> {
    const env = { BATCHMILL_HOME: join(folder, home), OPENAI_BASE_URL: 'https://provider.example/v1' };
    const settings = readSettings({ env: { ...env, OPENAI_API_KEY: 'sk-test' }, cwd: folder });
    const opened = await openEngine(settings, { log: new MemoryLog(), name: 'test', ...options });
    try {
      return await work(opened.engine, settings);
    } finally {
      await opened.close();
    }
  }

  const idOf = async (engine: Engine): Promise<string> => engine.engineSettings.installation;
  const copyHome = (from: string, to: string): Promise<void> =>
    cp(join(folder, from), join(folder, to), { recursive: true, preserveTimestamps: true });

  it('Y4: stays over restarts and when the home is moved', async () => {
    const first = await on('home', acting, idOf);
    const again = await on('home', acting, idOf);
    await rename(join(folder, 'home'), join(folder, 'moved'));

    expect(again).toBe(first);
    expect(await on('moved', acting, idOf)).toBe(first);
  });

  it('Y4: a copy is refused with what to type, and can still be read', async () => {
    const first = await on('home', acting, idOf);
    await copyHome('home', 'copy');

    await expect(on('copy', acting, idOf)).rejects.toMatchObject({
      kind: 'ValidationError',
      code: 'installation.elsewhere',
      message: expect.stringMatching(
        /copy\/state\.db was worked on at .*home\/state\.db, last at .* by test on .*installation take-over.*installation renew/,
      ),
    });
    expect(await on('copy', reading, idOf)).toBe(first);
    expect(await on('home', acting, idOf)).toBe(first);
  });

  it('Y4: a copy publishes nothing in the name of the original', async () => {
    await on('home', acting, idOf);
    await copyHome('home', 'copy');
    const request = new RunRequested({ runId: 'r', pipeline: 'annual-reports', endpoint: 'embeddings' });
    const code = { code: 'installation.elsewhere' };

    await on('copy', reading, async (engine) => {
      await expect(requestRun(engine, request)).rejects.toMatchObject(code);
      await expect(publishEvent(engine, new RunCancelRequested({ runId: 'r' }))).rejects.toMatchObject(code);
      expect(await engine.runs.get('r')).toBeNull();
    });
  });

  it('Y4: a copy that is taken over continues as the same installation', async () => {
    const first = await on('home', acting, idOf);
    await copyHome('home', 'copy');

    const report = await on('copy', reading, ({ store }) => takeOverInstallation(store));

    expect(report).toMatchObject({ installation: first, isAtPlace: true });
    expect(await on('copy', acting, idOf)).toBe(first);
  });

  it('Y4: a copy that is renewed has another id, and ends what had not ended without an event', async () => {
    const first = await on('home', acting, async (engine) => {
      const { runs, claims, batches } = engine;
      const request = { pipeline: 'annual-reports' };
      await runs.insert({ ...runs.new('r', request, null), state: 'running' }).apply([]);
      await runs.insert({ ...runs.new('ended', request, null), state: 'finished' }).apply([]);
      const about = { kind: 'scan', previousClaimId: null, positionAfter: null, scanEnds: true } as const;
      await claims.insert({ ...claims.new('r', 1, { ...about, members: null, traceparent: null }) }).apply([]);
      await batches.insert(batches.new({ ...builtBatch, pipeline: 'annual-reports' })).apply([]);
      return idOf(engine);
    });
    await copyHome('home', 'copy');

    const renewed = await on('copy', reading, renewInstallation);

    expect(renewed).toMatchObject({ formerId: first, runs: 1, report: { isAtPlace: true } });
    expect(renewed.report.installation).not.toBe(first);
    await on('copy', acting, async (engine) => {
      expect(await idOf(engine)).toBe(renewed.report.installation);
      expect(await engine.runs.get('r')).toMatchObject({ state: 'cancelled', reason: expect.stringContaining(first) });
      expect(await engine.runs.get('ended')).toMatchObject({ state: 'finished', reason: null });
      expect(await engine.claims.get('r.c1')).toMatchObject({ state: 'done' });
      expect(await engine.batches.get('r.c1.b1')).toMatchObject({ state: 'ingested', outbox: [] });
    });
    await on('home', acting, async ({ runs }) => {
      expect(await runs.get('r')).toMatchObject({ state: 'running' });
    });
  });

  it('Y4: a state on which a process works is not renewed', async () => {
    await on('home', acting, idOf);

    await on('home', reading, async (engine, settings) => {
      await expect(renewInstallation(engine, settings)).rejects.toMatchObject({ code: 'installation.in-use' });
    });
  });

  it('Y4: a state on which a process works is not renewed either when that process recorded its work long ago', async () => {
    await on('home', acting, async (working) => {
      const installations = working.store.collection('installation');
      await installations.updateOne({ _id: 'this' }, { $set: { 'worked.at': new Date(0) } });

      const renewing = on('home', reading, renewInstallation);

      await expect(renewing).rejects.toMatchObject({
        code: 'installation.in-use',
        message: expect.stringContaining('a process runs stages on'),
      });
      expect((await reportInstallation(working.store)).installation).toBe(await idOf(working));
    });
    expect(await on('home', reading, renewInstallation)).toMatchObject({ runs: 0 });
  });

  it('Y4: a state of an earlier version, which records no place, is worked on where it is', async () => {
    const first = await on('home', acting, async (engine) => {
      const installations = engine.store.collection('installation');
      await installations.updateOne({ _id: 'this' }, { $unset: { place: '', worked: '' } });
      return idOf(engine);
    });

    expect(await on('home', acting, idOf)).toBe(first);
    await on('home', reading, async ({ store }) => {
      await recordWork(store, { by: 'later', clock: new SystemClock() });
      expect(await reportInstallation(store)).toMatchObject({ isAtPlace: true, worked: { by: 'later' } });
      expect((await reportInstallation(store)).recordedPlace).not.toBeNull();
    });
  });
});
