import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** The smallest pipeline: a collection and a function. Everything else has its default. */
export default definePipeline({
  name: 'basic-schema',
  description: 'The smallest pipeline, with defaults for everything else',
  source: { collection: 'articles' },
  inference: {
    functions: [chat({ name: 'summary', system: prompt('system.md'), user: prompt('user.liquid') })],
  },
});
