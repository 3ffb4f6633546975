import { describe, expect, it } from '@jest/globals';
import { parseResultLine } from './parse-result-line.js';

describe('parseResultLine', () => {
  it('reads an answer from a text and from a slice of a buffer', () => {
    const line = JSON.stringify({
      id: 'batch_req_1',
      custom_id: 'summary_ü_1',
      response: { status_code: 200, request_id: 'r', body: { choices: [] } },
      error: null,
    });
    const expected = { customId: 'summary_ü_1', statusCode: 200, body: { choices: [] }, error: null };
    const buffer = Buffer.from(`xyz${line}\r\n`);

    expect(parseResultLine(line)).toEqual(expected);
    expect(parseResultLine(buffer.subarray(3))).toEqual(expected);
    expect(parseResultLine(new Uint8Array(buffer.subarray(3)))).toEqual(expected);
  });

  it('reads an error without a response', () => {
    const line = '{"id":"b","custom_id":"a","response":null,"error":{"code":"batch_expired","message":"…"}}';

    expect(parseResultLine(line)).toEqual({
      customId: 'a',
      statusCode: null,
      body: undefined,
      error: { code: 'batch_expired' },
    });
  });

  it.each(['', '{"custom_id":"a"', 'null', '[]', '"a"', '{}', '{"custom_id":5}', '\0\0'])(
    'returns null for %p',
    (line) => {
      expect(parseResultLine(line)).toBeNull();
      expect(parseResultLine(Buffer.from(line))).toBeNull();
    },
  );

  it('a line with a custom_id is read, whatever else it contains', () => {
    expect(parseResultLine('{"custom_id":"a","response":"x","error":"y"}')).toEqual({
      customId: 'a',
      statusCode: null,
      body: undefined,
      error: null,
    });
  });
});
