import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@batchmill/service';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { liveRun } from './live-run.js';
import { missingForLive } from './missing-for-live.js';

const missing = missingForLive(process.env);
const home = join(import.meta.dirname, '../../.batchmill/live');
const dayMs = 86_400_000;

/*
 * It costs money, less than a cent, and takes as long as the provider. To continue an interrupted test, start it again with
 * TEST_LIVE_RUN set to the id that it printed.
 */
if (missing !== null) process.stderr.write(`The live test is skipped: ${missing}.\n`);
(missing === null ? describe : describe.skip)('the real API', () => {
  it(
    'T2 E2 I2 M1: three documents of the database in DATABASE_URL are embedded and summarised at half the synchronous price',
    async () => {
      const runId = process.env['TEST_LIVE_RUN'] ?? `live-${new Date().toISOString().replace(/\W/g, '')}`;
      mkdirSync(home, { recursive: true });
      const settings = readSettings({ env: { BATCHMILL_HOME: home, ...process.env }, cwd: home });

      const { result, documents, vectors } = await liveRun({
        settings,
        runId,
        resultsFile: join(home, `${runId}.json`),
        maxUsd: Number(process.env['TEST_LIVE_MAX_USD'] ?? '0.01'),
        print: (line) => process.stderr.write(`${line}\n`),
      });

      expect(result.runs).toMatchObject([
        { endpoint: 'embeddings', succeeded: 3, failed: 0 },
        { endpoint: 'inference', succeeded: 3, failed: 0 },
      ]);
      expect(documents.map(({ embedding_status, ai_status }) => [embedding_status, ai_status])).toEqual(
        documents.map(() => ['completed', 'completed']),
      );
      for (const { summary } of documents) expect(summary).toEqual(expect.stringMatching(/\w/));
      expect(vectors).toBe(3);
      for (const { usd, synchronousUsd } of result.runs) expect(usd).toBeCloseTo(synchronousUsd! / 2, 12);
      for (const { batches } of result.runs) {
        expect(batches).toMatchObject([{ providerBatchId: expect.stringMatching(/^batch_/), status: 'ingested' }]);
      }
    },
    2 * dayMs,
  );
});
