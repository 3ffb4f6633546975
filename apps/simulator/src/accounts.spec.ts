import { expect, it } from '@jest/globals';
import { embeddingRequests } from './testing/requests.js';
import { TestClient } from './testing/test-client.js';
import { withSimulator } from './testing/with-simulator.js';

it('an account sees its own batches and files, by whichever of its keys, and no others', async () => {
  await withSimulator({}, async ({ url }) => {
    const [own, replaced, other] = ['sk-org-a-1', 'sk-org-a-2', 'sk-org-b-1'].map((key) => new TestClient(url, key));
    const batch = await own!.run(embeddingRequests(1));
    const paths = [
      `/v1/batches/${batch.id}`,
      `/v1/files/${batch.output_file_id}`,
      `/v1/files/${batch.output_file_id}/content`,
    ];

    for (const path of paths) {
      expect((await replaced!.fetch(path)).status).toBe(200);
      expect((await other!.fetch(path)).status).toBe(404);
    }
    for (const list of ['/v1/batches', '/v1/files']) {
      expect((await replaced!.get<{ data: unknown[] }>(list)).data).not.toEqual([]);
      expect((await other!.get<{ data: unknown[] }>(list)).data).toEqual([]);
    }
  });
});

it('responses to the key of a named account name its organization and project', async () => {
  await withSimulator({}, async ({ url }) => {
    const named = await new TestClient(url, 'sk-org-a-1').fetch('/v1/batches');
    const other = await new TestClient(url, 'sk-test').fetch('/v1/batches');

    expect(named.headers.get('openai-organization')).toBe('org-a');
    expect(named.headers.get('openai-project')).toBe('proj-a');
    expect(other.headers.get('openai-organization')).toBeNull();
  });
});
