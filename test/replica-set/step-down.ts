import { eventually } from '@batchmill/testing';
import { MongoClient } from 'mongodb';

/** Makes the primary step down for a minute. Resolves with both primaries once another member is the primary. */
export async function stepDown(url: string): Promise<{ before: string; after: string }> {
  const client = new MongoClient(url, { readPreference: 'primaryPreferred' });
  try {
    const primary = async (): Promise<string | null> => {
      const { primary: found } = await client.db('admin').command({ hello: 1 });
      return typeof found === 'string' ? found : null;
    };
    const before = await eventually('a primary', () => primary().catch(() => null));
    // A server before 4.2 closed the connection instead of answering; whether it stepped down is seen below.
    await client
      .db('admin')
      .command({ replSetStepDown: 60, secondaryCatchUpPeriodSecs: 10 })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || !/connection|network/i.test(error.message)) throw error;
      });
    const after = await eventually('another primary', async () => {
      const found = await primary().catch(() => null);
      return found !== before && found;
    });
    return { before, after };
  } finally {
    await client.close();
  }
}
