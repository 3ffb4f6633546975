import { describe, expect, it } from '@jest/globals';
import { embeddingRequests } from '../testing/requests.js';
import type { Json } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

/** Faults that show files and batches as compatible servers do. */
describe('faults on the files of a provider', () => {
  it('pending: no batch can be created until the file is processed', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'files.create', what: 'pending', value: 45, times: 1 }]);
      const id = await client.upload(embeddingRequests(1));
      const other = await client.upload(embeddingRequests(1));

      const early = await client.get(`/v1/files/${id}`);
      const refusal = await client.refusal(client.createRaw(id));
      await client.advance(45);
      const late = await client.get(`/v1/files/${id}`);

      expect([early, late].map(({ status }) => status)).toEqual(['pending', 'processed']);
      expect(refusal).toMatchObject({ status: 400, message: expect.stringContaining("is in 'pending' state") });
      expect((await client.createRaw(id)).status).toBe(200);
      expect((await client.createRaw(other)).status).toBe(200);
    });
  });

  it('error: the file shows its reason, and no batch can be created of it', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'files.create', what: 'pending', value: 10 },
        { on: 'files.create', what: 'error', value: 'Line 2 is not JSON.' },
      ]);
      const id = await client.upload(embeddingRequests(1));

      const early = await client.get(`/v1/files/${id}`);
      await client.advance(10);

      expect(early).toMatchObject({ status: 'pending', status_details: null });
      expect(await client.get(`/v1/files/${id}`)).toMatchObject({
        status: 'error',
        status_details: 'Line 2 is not JSON.',
      });
      expect(await client.refusal(client.createRaw(id))).toMatchObject({ status: 400 });
    });
  });

  it('no-status and times change how a file is shown, also in the list', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'files.create', what: 'no-status' },
        { on: 'files.create', what: 'times', value: 'text' },
      ]);
      const id = await client.upload(embeddingRequests(1));

      const file = await client.get(`/v1/files/${id}`);

      expect(Object.keys(file)).not.toContain('status');
      expect(file['created_at']).toMatch(/^\d{10}$/);
      expect((await client.get<{ data: Json[] }>('/v1/files')).data).toEqual([file]);
    });
  });

  it('a file that was deleted takes its faults with it', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'files.create', what: 'error', times: 1 }]);
      const id = await client.upload(embeddingRequests(1));

      await client.fetch(`/v1/files/${id}`, { method: 'DELETE' });

      expect((await client.get<{ data: Json[] }>('/v1/files')).data).toEqual([]);
    });
  });
});

describe('faults on how batches are shown', () => {
  it('late-files: completed with its counts, before its files are shown', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'batch', what: 'late-files', value: 60 }]);
      const { id } = await client.create(embeddingRequests(2));

      const early = await client.settled(id);
      await client.advance(60);
      const late = await client.batch(id);

      expect(early).toMatchObject({ output_file_id: null, request_counts: { total: 2, completed: 2, failed: 0 } });
      expect(await client.results(late.output_file_id)).toHaveLength(2);
    });
  });

  it('empty-ids, upper-case and own-state', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'batch', what: 'empty-ids' },
        { on: 'batch', what: 'upper-case' },
        { on: 'batch', what: 'own-state', value: 'preparing' },
        { on: 'batch', what: 'delay', value: 100 },
      ]);
      const created = await client.create(embeddingRequests(1));

      const working = await client.reached(created.id, 'PREPARING');
      await client.advance(100);
      const done = await client.reached(created.id, 'COMPLETED');

      expect(created).toMatchObject({ status: 'VALIDATING', output_file_id: '', error_file_id: '' });
      expect(working).toMatchObject({ output_file_id: '', error_file_id: '' });
      expect(done).toMatchObject({ output_file_id: expect.stringMatching(/^file-/), error_file_id: '' });
    });
  });

  it.each([
    [{}, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/],
    [{ value: 'iso' }, /^\d{4}-\d\d-\d\dT/],
    [{ value: 'ms' }, /^\d{10}000$/],
    [{ value: 'text' }, /^\d{10}$/],
  ])('times: %j', async (value, form) => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'batch', what: 'times', ...value }]);

      const batch = await client.run(embeddingRequests(1));

      for (const time of [batch.created_at, batch.expires_at, batch.completed_at]) expect(String(time)).toMatch(form);
      expect(batch.failed_at).toBeNull();
    });
  });

  it('never-expires: the work goes on after the window, and is completed', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'batch', what: 'delay', value: 100_000 },
        { on: 'batch', what: 'never-expires', match: 'azure' },
      ]);
      const azure = await client.create(embeddingRequests(2), '/v1/embeddings', { metadata: { at: 'azure' } });
      const other = await client.create(embeddingRequests(2), '/v1/embeddings', { metadata: { at: 'openai' } });

      await client.advance(90_000);
      expect((await client.settled(other.id)).status).toBe('expired');
      expect((await client.batch(azure.id)).status).toBe('in_progress');
      await client.advance(20_000);

      expect(await client.settled(azure.id)).toMatchObject({ status: 'completed', request_counts: { completed: 2 } });
    });
  });
});

describe('completion windows', () => {
  it('a batch expires after the window that it was created with', async () => {
    await withSimulator({ speed: 0, completionWindows: ['48h', '7d'] }, async (client) => {
      await client.faults([{ on: 'batch', what: 'stall' }]);
      const create = (completion_window: string) =>
        client.create(embeddingRequests(1), '/v1/embeddings', { completion_window });
      const [days, week] = [await create('48h'), await create('7d')];

      await client.advance(48 * 3_600);

      expect(days).toMatchObject({ completion_window: '48h', expires_at: days.created_at + 172_800 });
      expect(week).toMatchObject({ completion_window: '7d', expires_at: week.created_at + 604_800 });
      expect((await client.settled(days.id)).status).toBe('expired');
      expect((await client.batch(week.id)).status).toBe('in_progress');
    });
  });

  it('another window is refused with those that there are', async () => {
    await withSimulator({ completionWindows: ['48h', '7d'] }, async (client) => {
      const file = await client.upload(embeddingRequests(1));

      expect(await client.refusal(client.createRaw(file))).toMatchObject({
        status: 400,
        param: 'completion_window',
        message: "Invalid value for 'completion_window': the values supported are '48h', '7d'.",
      });
    });
  });

  it.each([[['soon']], [['24h', '90m']], [[]]])('the option %j is refused', async (completionWindows) => {
    await expect(withSimulator({ completionWindows }, async () => undefined)).rejects.toThrow(/completionWindows is/);
  });
});
