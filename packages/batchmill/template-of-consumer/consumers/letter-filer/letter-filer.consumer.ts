import { ResultsIngested, ResultsReprocessed, defineConsumer, defineEvent } from 'batchmill/consumer';

/** Published for each document that was filed. Its topic is `batchmill.letter-filer.filed`. */
export const Filed = defineEvent({
  name: 'letter-filer.filed',
  description: 'A document has an answer, and was filed.',
  fields: { documentId: 'string', answers: 'number' },
  key: ({ documentId }) => documentId,
});

/** Handles the answers of the pipeline letters, batch by batch. */
export default defineConsumer({
  name: 'letter-filer',
  consumes: [ResultsIngested, ResultsReprocessed],
  produces: [Filed],
  async *handle(event, { answers, collection, pipelineOf }) {
    if ((await pipelineOf(event)) !== 'letters') return;
    for await (const { documentId, chunkId, at, answers: given } of answers(event)) {
      // Your work. After a crash it is repeated, so it is written under a key: here that of the document.
      await collection('mailroom').updateOne({ _id: documentId }, { $set: { filed_at: at } });
      // Recorded and published before the next document, and once, however often this is repeated.
      yield new Filed({ documentId: chunkId, answers: given.length });
    }
  },
});
