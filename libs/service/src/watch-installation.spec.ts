import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomIds } from '@batchmill/contracts';
import { Readiness } from '@batchmill/stage';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { ManualClock, eventually } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationIdOf, recordWork, replaceInstallationId, reportInstallation } from './installation.js';
import { InstallationWatch, recordWorkMs } from './watch-installation.js';

const elsewhere = { name: 'another', identity: { file: '1', path: '/another/state.db' }, servers: [] };

describe('a process that works on a state', () => {
  let folder: string;
  let store: EmbeddedStore;
  let clock: ManualClock;
  let readiness: Readiness;
  let watch: InstallationWatch;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-watch-'));
    store = EmbeddedStore.open({ file: join(folder, 'state.db') });
    clock = new ManualClock();
    readiness = new Readiness(clock);
    const installation = await installationIdOf(store, new RandomIds());
    await recordWork(store, { by: 'test', clock });
    watch = new InstallationWatch({ store, installation, readiness, clock, log: new MemoryLog() });
    stop = watch.start('test');
  });
  afterEach(async () => {
    await stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const restoreFromElsewhere = (): Promise<unknown> =>
    store.collection('installation').updateOne({ _id: 'this' }, { $set: { place: elsewhere } });

  it('Y4: records it at intervals, so that others see it', async () => {
    clock.advance(recordWorkMs);

    await eventually('the work is recorded again', async () => {
      const { worked } = await reportInstallation(store);
      return worked?.at.getTime() === clock.now().getTime();
    });
    expect(() => readiness.throwIfFatal()).not.toThrow();
  });

  it('Y4: ends with what to type when a state of another place was restored under it', async () => {
    await restoreFromElsewhere();
    clock.advance(recordWorkMs);

    expect(await readiness.fatalError).toMatchObject({
      code: 'installation.elsewhere',
      message: expect.stringContaining('batchmill installation take-over'),
    });
    expect((await reportInstallation(store)).recordedPlace).toEqual(elsewhere);
  });

  it('Y4: ends when the state was renewed under it, and says so', async () => {
    const { installation } = await replaceInstallationId(store, new RandomIds());

    expect(await watch.isOwn()).toBe(false);

    const renewed = new RegExp(`is that of installation ${installation}, .* it was renewed or replaced`);
    expect(() => readiness.throwIfFatal()).toThrow(renewed);
  });

  it('Y4: is not ready, but goes on, while a restore has dropped the record of the installation', async () => {
    const [record] = await Array.fromAsync(store.collection('installation').find({}));
    const before = await watch.isOwn();

    await store.collection('installation').deleteMany({});
    const meanwhile = await watch.isOwn();
    const outages = readiness.outages.map(({ dependency }) => dependency);
    await store.collection('installation').insertOne(record!);

    expect([before, meanwhile, await watch.isOwn()]).toEqual([true, false, true]);
    expect(outages).toEqual(['installation']);
    expect(readiness.outages).toEqual([]);
    expect(() => readiness.throwIfFatal()).not.toThrow();
  });

  it('Y4: does not record the place of a state that was restored since its last check', async () => {
    await restoreFromElsewhere();

    await recordWork(store, { by: 'test', clock });

    expect((await reportInstallation(store)).recordedPlace).toEqual(elsewhere);
  });
});
