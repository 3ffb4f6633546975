import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOnSimulator } from 'batchmill/simulator';

test('an open ticket gets a summary, and a closed one is left alone', async () => {
  const { documents } = await runOnSimulator({
    pipeline: 'tickets',
    given: [
      { _id: 'a', number: 1, status: 'open', customer: { name: 'Mill Ltd' }, body: 'The river rises.' },
      { _id: 'b', number: 2, status: 'closed', customer: { name: 'Mill Ltd' }, body: 'The wheel turns.' },
    ],
  });

  assert.match(String(documents[0]?.['summary']), /river/);
  assert.equal(documents[1]?.['ai_status'], undefined);
});
