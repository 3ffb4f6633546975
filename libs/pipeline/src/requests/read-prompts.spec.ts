import { readPrompts, type RequestPrompt } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { chat, responses } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';

const definition = { system: 'Be brief.', user: '{{ text_content }}' };
const pipeline = aPipeline({
  embeddings: embeddingsOf(),
  inference: {
    functions: [
      chat({ name: 'a', ...definition }),
      responses({ name: 'b', ...definition }),
      chat({ name: 'c', user: 'Hi' }),
    ],
  },
});

async function promptsOf(endpoint: 'embeddings' | 'inference'): Promise<RequestPrompt[][]> {
  const plan = planRun(pipeline, { endpoint });
  const { requests } = await renderRequests(plan, { text_content: 'Mills turn.' }, plan.functions);
  return requests.map(readPrompts);
}

describe('readPrompts', () => {
  it('C4: reads the prompts of a request on every endpoint', async () => {
    const both = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Mills turn.' },
    ];

    expect(await promptsOf('inference')).toEqual([both, both, [{ role: 'user', text: 'Hi' }]]);
    expect(await promptsOf('embeddings')).toEqual([[{ role: 'text', text: 'Mills turn.' }]]);
  });
});
