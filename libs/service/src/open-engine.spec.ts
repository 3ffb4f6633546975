import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { SystemClock, topicOf } from '@batchmill/contracts';
import { RunCancelRequested } from '@batchmill/contracts/events';
import { MemoryLog } from '@batchmill/telemetry';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEngineRunning, openEngine, publishEvent, readSettings, type OpenedEngine } from './index.js';

describe('opening the engine', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-home-'));
  });
  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  it.each([
    ['vectors', 'vectors.db'],
    ['store', 'state.db'],
    ['files', 'blobs'],
  ])('when the %s cannot be opened, everything is closed again and the engine is unlocked', async (_, name) => {
    if (name === 'blobs') await writeFile(join(home, name), 'a file in the place of a folder');
    else await mkdir(join(home, name));
    const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' };
    const settings = readSettings({ env, cwd: home });

    const opening = openEngine(settings, { log: new MemoryLog(), name: 'test', needsProvider: true, runsStages: true });

    await expect(opening).rejects.toThrow(name);
    expect(isEngineRunning(settings)).toBe(false);
  });

  it.each(['openai', 'azure', 'groq', 'novita', 'alibaba', 'openai-compatible'])(
    'C8: the simulator behaves like the provider that the settings name: %s',
    async (name) => {
      const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated', BATCHMILL_PROVIDER: name };
      const settings = readSettings({ env, cwd: home });
      const options = { log: new MemoryLog(), name: 'test', needsProvider: true, runsStages: true };

      const opened = await openEngine(settings, options);
      await opened.engine.provider.check();
      await opened.close();

      expect(opened.engine.provider.profile.name).toBe(name);
    },
  );

  it('Y4: with a prefix, the engine is locked as without one, and its topics carry the prefix', async () => {
    const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated', BATCHMILL_TOPIC_PREFIX: 'staging.' };
    const settings = readSettings({ env, cwd: home });
    const opened = await openEngine(settings, {
      log: new MemoryLog(),
      name: 'test',
      needsProvider: false,
      runsStages: true,
    });
    const wasRunning = isEngineRunning(settings);

    await publishEvent(opened.engine, new RunCancelRequested({ runId: 'r' }));
    await opened.close();

    expect(wasRunning).toBe(true);
    const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock() });
    const topic = topicOf(RunCancelRequested);
    expect(await Array.fromAsync(bus.read(`staging.${topic}`))).toHaveLength(1);
    expect(await Array.fromAsync(bus.read(topic))).toEqual([]);
    await bus.close();
  });

  it('R7: the process that locks a home ends the leases of the one that died there, and a command ends none', async () => {
    const settings = readSettings({ env: { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' }, cwd: home });
    const open = (runsStages: boolean) =>
      openEngine(settings, { log: new MemoryLog(), name: 'test', needsProvider: false, runsStages });
    const taken = async (by: string, { engine: { runs } }: OpenedEngine) =>
      (await runs.take({ state: 'requested', owner: by, leaseMs: 3_600_000 })) !== null;
    const dying = await open(false);
    const run = dying.engine.runs.new('r', { pipeline: 'letters' }, null);
    await dying.engine.runs.insert(run).apply([]);
    expect(await taken('dead', dying)).toBe(true);
    await dying.close();

    const command = await open(false);
    expect(await taken('command', command)).toBe(false);
    await command.close();
    const successor = await open(true);
    expect(await taken('successor', successor)).toBe(true);
    await successor.close();
  });

  it('Y4: a prefix that would run into the name of the topic is refused', () => {
    const env = { BATCHMILL_TOPIC_PREFIX: 'staging' };

    expect(() => readSettings({ env, cwd: home })).toThrow(
      /BATCHMILL_TOPIC_PREFIX: found "staging" in the environment, expected .*`staging\.`/,
    );
  });
});
