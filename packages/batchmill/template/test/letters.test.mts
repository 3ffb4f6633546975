import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOnSimulator } from 'batchmill/simulator';

test('a letter gets a summary, and one without a text fails alone', async () => {
  const { result, documents } = await runOnSimulator({
    pipeline: 'letters',
    given: [{ _id: 'a', text: 'The river rises.' }, { _id: 'b' }],
  });

  assert.deepEqual([result.succeeded, result.failed], [1, 1]);
  assert.match(String(documents[0]?.['summary']), /river/);
  assert.equal(documents[1]?.['summary'], undefined);
});
