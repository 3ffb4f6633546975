import { expect, it } from '@jest/globals';
import { requestLine } from './request-line.js';

it('R4: a request is one line of JSON with its newline, also when its text has line breaks', () => {
  const body = { input: 'two\nlines "quoted" \u2028 \ud800' };

  const line = requestLine('embeddings_a_b', { url: '/v1/embeddings', body });

  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({ custom_id: 'embeddings_a_b', method: 'POST', url: '/v1/embeddings', body });
  expect(Buffer.from(line).toString()).toBe(line);
});
