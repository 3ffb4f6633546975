import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddingRequests } from '../testing/requests.js';
import type { Json } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

interface FileList {
  readonly data: readonly { readonly id: string; readonly purpose: string }[];
  readonly has_more: boolean;
  readonly last_id: string;
}

describe('files', () => {
  it('a file is stored, described, given back and deleted', async () => {
    await withSimulator({}, async (client) => {
      const content = '{"a":"ü"}\n';
      const created = (await (await client.uploadRaw(content)).json()) as Json & { id: string };

      expect(created).toMatchObject({
        object: 'file',
        purpose: 'batch',
        filename: 'requests.jsonl',
        status: 'processed',
      });
      expect(created['bytes']).toBe(Buffer.byteLength(content));
      expect(await client.get(`/v1/files/${created.id}`)).toEqual(created);
      const response = await client.fetch(`/v1/files/${created.id}/content`);
      expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(content)));
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
      expect(await response.text()).toBe(content);
      const deleted = await (await client.fetch(`/v1/files/${created.id}`, { method: 'DELETE' })).json();
      expect(deleted).toEqual({ id: created.id, object: 'file', deleted: true });
      expect(await client.refusal(client.fetch(`/v1/files/${created.id}`))).toMatchObject({
        status: 404,
        type: 'invalid_request_error',
        message: `No such File object: ${created.id}`,
      });
    });
  });

  it('an upload without a file, without a purpose, or with an unknown one is refused', async () => {
    await withSimulator({}, async (client) => {
      const noForm = await client.refusal(client.send('POST', '/v1/files', {}));
      const form = new FormData();
      form.append('purpose', 'batch');
      const noFile = await client.refusal(client.fetch('/v1/files', { method: 'POST', body: form }));
      const noPurpose = await client.refusal(client.uploadRaw('x', {}));
      const unknown = await client.refusal(client.uploadRaw('x', { purpose: 'fun' }));

      expect([noForm, noFile, noPurpose, unknown].map(({ status }) => status)).toEqual([400, 400, 400, 400]);
      expect(noPurpose['param']).toBe('purpose');
      expect(unknown.message).toContain("'fun' is not one of");
    });
  });

  it('a file above the limit is refused with 413, and nothing of it is left', async () => {
    await withSimulator({ limits: { maxFileBytes: 1_000 } }, async (client) => {
      expect(await client.refusal(client.uploadRaw('x'.repeat(1_001)))).toMatchObject({ status: 413 });
      expect((await client.uploadRaw('x'.repeat(1_000))).status).toBe(200);
      expect((await client.ledger()).files).toHaveLength(1);
    });
  });

  it('lists page newest first, and by purpose', async () => {
    await withSimulator({}, async (client) => {
      const ids: string[] = [];
      for (const purpose of ['batch', 'assistants', 'batch']) {
        const file = (await (await client.uploadRaw('x', { purpose })).json()) as { id: string };
        ids.unshift(file.id);
      }

      const first = await client.get<FileList>('/v1/files?limit=2');
      const second = await client.get<FileList>(`/v1/files?limit=2&after=${first.last_id}`);
      const oldest = await client.get<FileList>('/v1/files?order=asc&limit=1');
      const batch = await client.get<FileList>('/v1/files?purpose=batch');

      expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
      expect([first.has_more, second.has_more]).toEqual([true, false]);
      expect(oldest.data[0]?.id).toBe(ids[2]);
      expect(batch.data.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    });
  });

  it('batch files expire after 30 days or as requested, and are then gone from disk too', async () => {
    await withSimulator({ speed: 0 }, async (client, dataDir) => {
      const usual = (await (await client.uploadRaw('x')).json()) as {
        id: string;
        created_at: number;
        expires_at: number;
      };
      const fields = { purpose: 'batch', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };
      const soon = (await (await client.uploadRaw('x', fields)).json()) as {
        id: string;
        created_at: number;
        expires_at: number;
      };
      const refused = await client.refusal(client.uploadRaw('x', { ...fields, 'expires_after[seconds]': '60' }));

      expect(usual.expires_at - usual.created_at).toBe(30 * 86_400);
      expect(soon.expires_at - soon.created_at).toBe(3_600);
      expect(refused).toMatchObject({ status: 400, param: 'expires_after' });
      await client.advance(3_600);
      expect((await client.fetch(`/v1/files/${soon.id}`)).status).toBe(404);
      expect((await client.fetch(`/v1/files/${usual.id}`)).status).toBe(200);
      await client.uploadRaw('x');
      expect(await readdir(join(dataDir, 'files'))).not.toContain(soon.id);
    });
  });

  it('result files expire 30 days after completion or as the batch requested', async () => {
    await withSimulator({}, async (client) => {
      const usual = await client.run(embeddingRequests(1));
      const more = { output_expires_after: { anchor: 'created_at', seconds: 7_200 } };
      const asked = await client.run(embeddingRequests(1), '/v1/embeddings', more);

      const lives = await Promise.all(
        [usual, asked].map(async ({ output_file_id: id }) => {
          const file = await client.get<{ created_at: number; expires_at: number }>(`/v1/files/${id}`);
          return file.expires_at - file.created_at;
        }),
      );

      expect(lives).toEqual([30 * 86_400, 7_200]);
    });
  });

  it('a file deleted while its batch runs is gone for everyone else, and the batch continues', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, async (client) => {
      const file = await client.upload(embeddingRequests(3));
      const batch = (await (await client.createRaw(file)).json()) as { id: string };
      await client.fetch(`/v1/files/${file}`, { method: 'DELETE' });

      const again = await client.refusal(client.createRaw(file));
      await client.advance(100);
      const settled = await client.settled(batch.id);

      expect(again).toMatchObject({ status: 404, message: `No such File object: ${file}` });
      expect(settled.request_counts.completed).toBe(3);
    });
  });
});
