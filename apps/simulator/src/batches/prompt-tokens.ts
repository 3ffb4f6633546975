import type { Endpoint } from '../perform/endpoints.js';
import { readEmbeddingInputs } from '../perform/embedding-inputs.js';
import type { Body } from '../perform/performed.js';
import { readMessages } from '../perform/read-messages.js';
import { OpenAiError } from '../http/openai-error.js';
import type { TokenCounter } from '../tokens/token-counter.js';

/** The tokens that a request takes in its model's queue. 0 for one that will be refused. */
export function countPromptTokens(endpoint: Endpoint, body: Body, tokens: TokenCounter): number {
  try {
    return textsOf(endpoint, body, tokens).reduce((sum, text) => sum + tokens.count(text), 0);
  } catch (error) {
    if (error instanceof OpenAiError) return 0;
    throw error;
  }
}

function textsOf(endpoint: Endpoint, body: Body, tokens: TokenCounter): string[] {
  switch (endpoint) {
    case '/v1/embeddings':
      return readEmbeddingInputs(body['input'], tokens);
    case '/v1/chat/completions':
      return readMessages(body['messages'], 'messages').map(({ text }) => text);
    case '/v1/responses': {
      const { input, instructions } = body;
      const instructed = typeof instructions === 'string' ? [instructions] : [];
      return typeof input === 'string'
        ? [...instructed, input]
        : [...instructed, ...readMessages(input, 'input').map(({ text }) => text)];
    }
  }
}
