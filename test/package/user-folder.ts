/** Programs of a user, each with what it prints. */
export const programs: Readonly<Record<string, string>> = {
  'run-pipeline.ts': 'finished: 3 of 3\n',
  'run-definition.ts': 'finished: 1 of 1\n',
  'simulate.ts': '0 batches, 1 billed\n',
};

/** The files of a user's folder: a pipeline with its prompt, a consumer, documents, and programs. */
export function filesOf(): Readonly<Record<string, string>> {
  return {
    'pipelines/notes/notes.pipeline.ts': `import { chat, definePipeline, prompt, type SourceDocument } from 'batchmill/pipeline';

export default definePipeline({
  name: 'notes',
  parameters: { prefix: { type: 'string', default: '' } },
  source: { collection: 'notes' },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        user: prompt('user.liquid'),
        responseTemplate: { $set: { summary: '{{response_content}}' } },
      }),
    ],
  },
});

export type Note = SourceDocument;
`,
    'pipelines/notes/user.liquid': 'Summarise in one sentence: {{ text }}\n',
    'consumers/reader/reader.consumer.ts': `import { ResultsIngested, RunFinished, defineConsumer, defineEvent } from 'batchmill/consumer';

export const Read = defineEvent({
  name: 'note.read',
  description: 'A note was read.',
  fields: { noteId: 'string', words: { type: 'number', required: false } },
  key: ({ noteId }) => noteId,
});

export default defineConsumer({
  name: 'reader',
  consumes: [ResultsIngested, RunFinished, Read],
  produces: [Read],
  async *handle(event, { answers, requestRun }) {
    if (event instanceof ResultsIngested) {
      for await (const { chunkId } of answers(event)) yield new Read({ noteId: chunkId, words: 3 });
    } else if (event instanceof RunFinished) {
      yield requestRun({ runId: \`\${event.runId}-again\`, pipeline: 'notes' });
    }
  },
  every: { seconds: 60, async call({ log }) { log.info('still here'); } },
});
`,
    'notes.jsonl': [1, 2, 3]
      .map(
        (number) => `${JSON.stringify({ _id: `n${number}`, text: `The mill number ${number} turns at the river.` })}\n`,
      )
      .join(''),
    'run-pipeline.ts': `import { runPipeline, type PipelineResult } from 'batchmill';

const result: PipelineResult = await runPipeline({ pipeline: 'notes', redo: 'all' });
console.log(\`\${result.status}: \${result.succeeded} of \${result.totalProcessed}\`);
`,
    'run-definition.ts': `import { isBatchmillError, runPipeline } from 'batchmill';
import { chat, definePipeline } from 'batchmill/pipeline';

const pipeline = definePipeline({
  name: 'other-notes',
  source: { collection: 'notes' },
  inference: { functions: [chat({ name: 'title', model: 'gpt-4o-mini', user: 'A title for: {{ text }}' })] },
});
try {
  const { status, succeeded, totalProcessed } = await runPipeline({ pipeline, limit: 1, redo: 'all' });
  console.log(\`\${status}: \${succeeded} of \${totalProcessed}\`);
} catch (error) {
  console.log(isBatchmillError(error) ? error.code : error);
}
`,
    'simulate.ts': `import { startSimulator, type LedgerReport } from 'batchmill/simulator';

const simulator = await startSimulator({ dataDir: 'simulator-data' });
await fetch(\`\${simulator.url}/v1/embeddings\`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
  body: JSON.stringify({ model: 'text-embedding-3-small', input: 'a mill' }),
});
const ledger = (await (await fetch(\`\${simulator.url}/admin/ledger\`)).json()) as LedgerReport;
console.log(\`\${ledger.batches.length} batches, \${ledger.requests} billed\`);
await simulator.close();
`,
  };
}
