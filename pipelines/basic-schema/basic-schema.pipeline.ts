import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** The least that a pipeline says: where the documents are and what is asked of each. All else has its default. */
export default definePipeline({
  name: 'basic-schema',
  description: 'The least that a pipeline says; everything else has its default',
  source: { collection: 'articles' },
  inference: {
    functions: [chat({ name: 'summary', system: prompt('system.md'), user: prompt('user.liquid') })],
  },
});
