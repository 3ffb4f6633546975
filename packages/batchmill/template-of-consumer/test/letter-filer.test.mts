import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOnSimulator } from 'batchmill/simulator';

test('letter-filer files every answered document, and publishes an event for each', async () => {
  const { documents, published, unhandled } = await runOnSimulator({
    pipeline: 'letters',
    consumers: ['letter-filer'],
    // Documents that the pipeline takes.
    given: [
      { _id: 'a', text: 'The river rises.' },
      { _id: 'b', text: 'The mill turns.' },
    ],
  });

  assert.deepEqual(unhandled, []);
  assert.deepEqual(published.map(({ fields }) => fields['documentId']).sort(), ['a', 'b']);
  for (const document of documents) assert.ok(document['filed_at']);
});
