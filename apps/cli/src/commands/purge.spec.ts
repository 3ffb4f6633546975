import { SystemClock } from '@batchmill/contracts';
import { Runs } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LettersHome } from '../testing/letters-home.js';

interface PurgeJson {
  readonly runs: number;
  readonly deleted: readonly { readonly kind: string; readonly count: number; readonly bytes: number | null }[];
  readonly needed: readonly { readonly runId: string; readonly why: string }[];
  readonly compacted: boolean | null;
}

/** Two functions that reuse answers, one of which throws on an answer about Ada, and vectors. */
const people = `
  import { chat, definePipeline } from '@batchmill/pipeline';
  const asked = { model: 'gpt-4o-mini', temperature: 0 };
  export default definePipeline({
    name: 'people',
    source: { collection: 'people', documentIdField: 'person', parentIdField: 'person' },
    embeddings: { model: 'text-embedding-3-small', dimensions: 8, text: 'text', vectors: { collection: 'people' } },
    inference: {
      functions: [
        chat({ ...asked, name: 'summary', user: 'Summarise: {{ text }}', reuse: true }),
        chat({ ...asked, name: 'mood', user: 'Mood: {{ text }}', process: () => { if (process.env.MENDED !== 'yes') throw new Error('a mistake'); return 'calm'; } }),
      ],
    },
    batch: { maxRetries: 0 },
  });`;

describe('batchmill purge', () => {
  let home: LettersHome;
  beforeEach(async () => {
    home = await LettersHome.open();
  });
  afterEach(() => home.close());

  const purge = (...args: readonly string[]) => home.json<PurgeJson>('purge', ...args);
  const kindsOf = ({ deleted }: PurgeJson): Record<string, number> =>
    Object.fromEntries(deleted.map(({ kind, count }) => [kind, count]));
  const blobs = async (): Promise<string[]> => {
    const names = await readdir(join(home.folder, 'home/blobs'), { recursive: true });
    return names.filter((name) => name.endsWith('.jsonl'));
  };

  describe('of old runs', () => {
    it('R12: a dry run counts what a purge deletes, and deletes nothing', async () => {
      await home.run('first', 2);
      const before = await blobs();

      const planned = await purge('--older-than', '0h', '--dry-run');
      expect(await blobs()).toEqual(before);
      const done = await purge('--older-than', '0h');

      expect(done.deleted).toEqual(planned.deleted);
      expect(done).toMatchObject({ runs: 1, needed: [], compacted: true });
      expect(done.deleted).toContainEqual({ kind: 'archives', count: 1, bytes: expect.any(Number) });
      expect(kindsOf(done)).toMatchObject({ manifests: 1, 'lists of members': 2 });
      expect(await blobs()).toEqual([]);
      expect((await purge('--older-than', '0h')).runs).toBe(0);
    });

    it('R12: younger runs stay', async () => {
      await home.run('first', 2);

      expect(await purge('--older-than', '1h')).toMatchObject({ runs: 0, deleted: [] });
      expect(await blobs()).not.toEqual([]);
    });

    it('R12: afterwards the run, its batches, its costs and the audit are shown, with what is gone', async () => {
      await home.run('first', 2);
      const costs = await home.json('costs');
      await purge('--older-than', '0h');

      expect((await home.batchmill('runs', 'show', 'first')).out).toMatch(/texts +our copies were deleted at 20/);
      expect((await home.batchmill('batch', 'status', 'first.c1.b1')).out).toMatch(/textsDeletedAt +20/);
      expect(await home.json('costs')).toEqual(costs);
      expect(await home.json('audit')).toMatchObject({ differences: [] });
      expect((await home.batchmill('batch', 'reprocess', 'first.c1.b1')).out).toContain('keeps no answers');
    });

    it('R12: records go with --records, and the ledger stays', async () => {
      await home.run('first', 2);
      const costs = await home.json('costs');
      const planned = await purge('--older-than', '0h', '--records', '--dry-run');

      const done = await purge('--older-than', '0h', '--records');

      expect(kindsOf(planned)).toMatchObject({ 'records: runs': 1, 'records: batches': 1 });
      expect(kindsOf(done)).toMatchObject({ 'records: runs': 1, 'records: claims': 2, 'records: batches': 1 });
      expect(await home.json('costs')).toEqual(costs);
      expect(await home.json('runs', 'list')).toEqual([]);
      const { out } = await home.batchmill('purge', '--older-than', '0h', '--records');
      expect(out).toContain('`audit` and `orphans list` show their batches and files at the provider as unknown');
    });

    it('R12: the records of a run stay while a file of it is at the provider, which is shown and cleaned', async () => {
      await home.account.injectFaults({ on: 'files.delete', what: 'status', value: 400 });
      await home.run('first', 2);
      await home.account.injectFaults();

      const done = await purge('--older-than', '0h', '--records');

      expect(done.needed).toEqual([{ runId: 'first', why: '2 files of it are still at the provider' }]);
      expect(kindsOf(done)).not.toHaveProperty('records: batches');
      const said = await home.batchmill('purge', '--older-than', '0h', '--records');
      expect(said.out).toContain('run first was left: 2 files of it are still at the provider');
      expect((await home.batchmill('files', 'clean', '--yes')).out).toContain('2 files deleted');
      expect(await home.json<unknown[]>('files', 'list')).toEqual([]);
      expect(kindsOf(await purge('--older-than', '0h', '--records'))).toMatchObject({ 'records: batches': 1 });
    });

    it('R12: it says in words what was deleted, and what the provider keeps', async () => {
      await home.run('first', 2);

      const { out } = await home.batchmill('purge', '--older-than', '0h');

      expect(out).toMatch(/^KIND +COUNT +BYTES\n/);
      expect(out).toMatch(/manifests +1 +\d+ B\n/);
      expect(out).toContain('1 run: what they cost stays in the ledger');
      expect(out).toContain('the provider has copies of its own');
    });
  });

  describe('of one run', () => {
    it('R12: its texts go, and those of others stay', async () => {
      await home.run('first', 2);
      await home.run('second', 2);
      const before = (await blobs()).length;

      expect(await purge('--run', 'first')).toMatchObject({ runs: 1 });

      expect((await blobs()).length).toBe(before / 2);
      expect((await home.batchmill('runs', 'show', 'second')).out).not.toContain('our copies were deleted');
    });

    it('R12: a run that has not ended is refused, and keeps its texts', async () => {
      await home.run('first', 2);
      await home.withBatches(async (_, store) => {
        const runs = new Runs(store, new SystemClock());
        await store.collection('runs').updateOne({ _id: 'first' }, { $set: { state: 'running' } });
        expect((await runs.get('first'))?.state).toBe('running');
      });
      const before = await blobs();

      const { code, err } = await home.batchmill('purge', '--run', 'first');

      expect(code).toBe(1);
      expect(err).toContain('run first still needs its texts: the run has not ended: its state is running');
      expect(await blobs()).toEqual(before);
      expect(await purge('--older-than', '0h')).toMatchObject({ runs: 0 });
      expect(await blobs()).toEqual(before);
    });

    it('R12: a run with a parked batch is named and left', async () => {
      await home.run('first', 2);
      await home.withBatches(async (_, store) => {
        await store.collection('batches').updateMany({}, { $set: { state: 'settled', parked: true } });
      });

      expect(await purge('--older-than', '0h')).toMatchObject({
        runs: 0,
        needed: [{ runId: 'first', why: 'batch first.c1.b1 is parked' }],
      });
    });
  });

  describe('of one document', () => {
    const marker = 'Ada-Countess-of-Lovelace';

    /** Two people, of whom one is named by the marker, in every field that goes into our files. */
    async function runOnPeople(): Promise<void> {
      await mkdir(join(home.folder, 'pipelines/people'));
      await writeFile(join(home.folder, 'pipelines/people/people.pipeline.ts'), people);
      const file = join(home.folder, 'people.jsonl');
      const documents = [
        { _id: `${marker}-1`, person: marker, text: `A letter by ${marker}.` },
        { _id: `${marker}-2`, person: marker, text: `Another letter by ${marker}.` },
        { _id: 'babbage-1', person: 'babbage', text: 'A letter by Charles.' },
      ];
      await writeFile(file, documents.map((one) => `${JSON.stringify(one)}\n`).join(''));
      await home.batchmill('load', file, '--collection', 'people');
      for (const endpoint of ['embeddings', 'inference']) {
        await home.batchmill('run', 'people', '--endpoint', endpoint, '--run-id', endpoint);
      }
      await writeFile(join(home.folder, 'ids.txt'), `${marker}\n`);
      const ids = ['--documents-file', join(home.folder, 'ids.txt')];
      await home.batchmill(
        'run',
        'people',
        '--endpoint',
        'inference',
        '--run-id',
        'again',
        '--redo',
        'failed',
        '--yes',
        ...ids,
      );
      await publishDeadLetter();
    }

    async function publishDeadLetter(): Promise<void> {
      const bus = EmbeddedBus.open({ file: join(home.folder, 'home/bus.db'), clock: new SystemClock() });
      const headers = { dlt_cause: `cannot use ${marker}`, dlt_code: 'message.invalid' };
      const value = JSON.stringify({ documents: [marker] });
      await bus.publish([{ topic: 'batchmill.run.requested.dlt', key: null, value, headers }]);
      await bus.close();
    }

    /** The user's own act. */
    async function deletePeople(): Promise<void> {
      const store = EmbeddedStore.open({ file: join(home.folder, 'home/state.db') });
      expect(await store.collection('people').deleteMany({ person: marker })).toBe(2);
      await store.close();
    }

    /** The files of the home that hold a text. */
    async function filesWith(text: string): Promise<string[]> {
      const found: string[] = [];
      for (const entry of await readdir(join(home.folder, 'home'), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && (await readFile(path, 'latin1')).includes(text)) found.push(path);
      }
      return found;
    }

    const documents = async () => {
      const store = EmbeddedStore.open({ file: join(home.folder, 'home/state.db') });
      const found = await Array.fromAsync(store.collection('people').find({}, { sort: { _id: 1 } }));
      await store.close();
      return found;
    };

    it('R12: of a document that is gone from its collection nothing is left in the home, and others keep theirs', async () => {
      await runOnPeople();
      await deletePeople();
      expect(await filesWith(marker)).not.toEqual([]);

      const done = await purge('--document', marker, '--pipeline', 'people');

      expect(await filesWith(marker)).toEqual([]);
      expect(kindsOf(done)).toMatchObject({
        'answers kept for reuse': 2,
        vectors: 2,
        'requests of runs': 1,
        messages: expect.any(Number),
      });
      expect(done.compacted).toBe(true);
      const vectors = EmbeddedVectors.open({ file: join(home.folder, 'home/vectors.db') });
      expect(await vectors.count('people')).toBe(1);
      await vectors.close();
      expect(await filesWith('babbage-1')).not.toEqual([]);
    });

    it('R12: what the other document of the same batch keeps can still be reprocessed', async () => {
      await runOnPeople();
      await deletePeople();
      await purge('--document', marker, '--pipeline', 'people');

      process.env['MENDED'] = 'yes';
      const { out, err } = await home.batchmill('batch', 'reprocess', 'inference.c1.b1').finally(() => {
        delete process.env['MENDED'];
      });

      expect(out + err).toContain('1 kept answer used, 1 document completed');
      expect((await home.batchmill('runs', 'show', 'inference')).code).toBe(0);
      expect(await home.json('audit')).toMatchObject({ differences: [] });
    });

    it('R12: a document that stays keeps its fields, loses our marks, and is taken by no run', async () => {
      await runOnPeople();
      await purge('--document', marker, '--pipeline', 'people');

      const [one, , other] = await documents();
      expect(one).toMatchObject({ _id: `${marker}-1`, text: `A letter by ${marker}.` });
      expect(Object.values(one!).filter((value) => value === 'forgotten')).toHaveLength(2);
      expect(JSON.stringify(one)).not.toContain('claimId');
      expect(JSON.stringify(other)).toContain('claimId');
      const again = await home.json<{ total: number }>(
        'run',
        'people',
        '--endpoint',
        'embeddings',
        '--run-id',
        'later',
        '--redo',
        'all',
        '--yes',
      );
      expect(again).toMatchObject({ total: 1 });
    });

    it('R12: with --pending the next run requests it from the beginning', async () => {
      await runOnPeople();
      await purge('--document', marker, '--pipeline', 'people', '--pending');

      const again = await home.json('run', 'people', '--endpoint', 'embeddings', '--run-id', 'later');

      expect(again).toMatchObject({ total: 2, succeeded: 2 });
    });

    it('R12: a document in progress is refused, and nothing is changed', async () => {
      await runOnPeople();
      await home.withBatches(async (_, store) => {
        await store
          .collection('people')
          .updateOne({ _id: `${marker}-1` }, { $set: { embedding_status: 'in_progress', ai_status: 'in_progress' } });
      });
      const before = [await documents(), await blobs()];

      const { code, err } = await home.batchmill('purge', '--document', marker, '--pipeline', 'people');

      expect(code).toBe(1);
      expect(err).toMatch(/document Ada-Countess-of-Lovelace: run \w+ works on it, so that nothing was changed/);
      expect([await documents(), await blobs()]).toEqual(before);
    });

    it('R12: a dry run changes nothing', async () => {
      await runOnPeople();
      const before = [await documents(), await blobs()];

      const planned = await purge('--document', marker, '--pipeline', 'people', '--dry-run');

      expect(kindsOf(planned)).toMatchObject({ vectors: 2, 'marks on documents': 4 });
      expect([await documents(), await blobs()]).toEqual(before);
    });
  });

  it.each([
    [[], 'expected one of --older-than, --run and --document'],
    [['--older-than', '1d', '--run', 'r'], 'expected one of'],
    [['--document', 'x'], 'expected --document and --pipeline together'],
    [['--run', 'r', '--records'], 'expected it with --older-than only'],
    [['--run', 'r', '--pending'], 'expected it with --document only'],
  ])('a choice that is none is refused: %j', async (args, message) => {
    const { code, err } = await home.batchmill('purge', ...args);

    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});
