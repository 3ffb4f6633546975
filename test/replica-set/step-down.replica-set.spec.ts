import { describe, expect, it } from '@jest/globals';
import { replicaSetUrl } from '@batchmill/testing';
import { runOnMongoDb } from './run-on-mongodb.js';
import { stepDown } from './step-down.js';

const url = replicaSetUrl();
const documents = 400;

describe('a run on a replica set whose primary steps down', () => {
  it('R7 E4: embeds every document once, and the ledger is equal', async () => {
    const primaries: { before: string; after: string }[] = [];
    const { run, vectors, ledger } = await runOnMongoDb({
      ...{ url, endpoint: 'embeddings', documents },
      inMidRun: async () => void primaries.push(await stepDown(url)),
    });

    expect(primaries[0]!.after).not.toBe(primaries[0]!.before);
    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: documents, failed: 0, left: 0 } },
    });
    expect(run.totals?.tokens).toEqual({ input: ledger.inputTokens, output: ledger.outputTokens });
    expect(vectors).toBe(documents);
    expect(ledger).toMatchObject({ requests: documents, twice: [] });
  });

  it('R7 I3: writes every answer once, also when it steps down twice', async () => {
    const { run, answers, ledger } = await runOnMongoDb({
      ...{ url, endpoint: 'inference', documents },
      inMidRun: async () => {
        await stepDown(url);
        await stepDown(url);
      },
    });

    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: documents, failed: 0, left: 0 } },
    });
    expect(run.totals?.tokens).toEqual({ input: ledger.inputTokens, output: ledger.outputTokens });
    expect(answers).toEqual({ 3: documents });
    expect(ledger).toMatchObject({ requests: 3 * documents, twice: [] });
  });
});
