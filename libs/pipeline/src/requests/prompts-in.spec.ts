import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/chat.js';
import { responses } from '../definition/responses.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { promptsIn, type PromptIn } from './prompts-in.js';
import { renderRequests } from './render-requests.js';

const asks = { system: 'Be brief.', user: '{{ text_content }}' };
const pipeline = aPipeline({
  embeddings: embeddingsOf(),
  inference: {
    functions: [chat({ name: 'a', ...asks }), responses({ name: 'b', ...asks }), chat({ name: 'c', user: 'Hi' })],
  },
});

function promptsOf(endpoint: 'embeddings' | 'inference'): PromptIn[][] {
  const plan = planRun(pipeline, { endpoint });
  return renderRequests(plan, { text_content: 'Mills turn.' }, plan.functions).requests.map(promptsIn);
}

describe('promptsIn', () => {
  it('C4: says what a request tells the model, whatever its endpoint calls it', () => {
    const both = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Mills turn.' },
    ];

    expect(promptsOf('inference')).toEqual([both, both, [{ role: 'user', text: 'Hi' }]]);
    expect(promptsOf('embeddings')).toEqual([[{ role: 'text', text: 'Mills turn.' }]]);
  });
});
