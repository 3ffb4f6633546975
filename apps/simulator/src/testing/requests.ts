import type { Json } from './test-client.js';

const model = 'text-embedding-3-small';

/** A line that requests a short vector. */
export function embeddingRequest(customId: string, input: unknown = `text of ${customId}`, more: Json = {}): Json {
  const body = { model, input, dimensions: 8, ...more };
  return { custom_id: customId, method: 'POST', url: '/v1/embeddings', body };
}

export function embeddingRequests(count: number, prefix = 'request'): Json[] {
  return Array.from({ length: count }, (_, index) => embeddingRequest(`${prefix}-${index}`));
}

export function chatRequest(customId: string, content: string, more: Json = {}): Json {
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...more };
  return { custom_id: customId, method: 'POST', url: '/v1/chat/completions', body };
}
