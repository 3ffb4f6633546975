import { describe, expect, it } from '@jest/globals';
import { requestKey } from './request-key.js';

const address = 'https://api.openai.com/v1';
const request = {
  url: '/v1/chat/completions',
  baseModel: 'gpt-4o-mini',
  body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }], temperature: 0, max_tokens: 10 },
} as const;
const key = requestKey(address, request);

describe('the key of a request', () => {
  it('M2: is the same for the same body, whatever the order of its fields', () => {
    const { model, messages, temperature, max_tokens: most } = request.body;

    expect(requestKey(address, { ...request, body: { max_tokens: most, temperature, messages, model } })).toBe(key);
    expect(key).toMatch(/^[\w-]{43}$/);
  });

  it.each([
    ['a parameter', { body: { ...request.body, max_tokens: 11 } }],
    ['a further parameter', { body: { ...request.body, seed: 1 } }],
    ['a prompt', { body: { ...request.body, messages: [{ role: 'user', content: 'Hello ' }] } }],
    [
      'the model, though it may be an alias of the same',
      { body: { ...request.body, model: 'gpt-4o-mini-2024-07-18' } },
    ],
    ['the model that a deployment stands for', { baseModel: 'gpt-4.1-mini' }],
    ['the path', { url: '/v1/responses' as const }],
  ])('M2: differs by %s', (_, changed) => {
    expect(requestKey(address, { ...request, ...changed })).not.toBe(key);
  });

  it('M2: differs by the order of a schema’s properties, in which the model answers, and by the provider', () => {
    const schema = (properties: object) => ({ ...request, body: { ...request.body, response_format: { properties } } });

    expect(requestKey(address, schema({ a: 1, b: 2 }))).not.toBe(requestKey(address, schema({ b: 2, a: 1 })));
    expect(requestKey('http://127.0.0.1:8000/v1', request)).not.toBe(key);
  });
});
