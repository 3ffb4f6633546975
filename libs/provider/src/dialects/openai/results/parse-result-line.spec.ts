import { describe, expect, it } from '@jest/globals';
import { isBlankLine, parseResultLine } from './parse-result-line.js';

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

  it.each(['', '{"custom_id":"a"', 'null', '[]', '"a"', '{}', '{"custom_id":[5]}', '\0\0'])(
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
      body: 'x',
      error: { code: '' },
    });
  });

  const body = { choices: [{ message: { content: 'Short.' } }] };
  const answered = { customId: 'a', statusCode: 200, body, error: null };

  it.each<[string, string]>([
    ['without a status', JSON.stringify({ custom_id: 'a', response: { body } })],
    ['with the status as text', JSON.stringify({ custom_id: 'a', response: { status_code: '200', body } })],
    ['with status 0', JSON.stringify({ custom_id: 'a', response: { status_code: 0, body }, error: null })],
    [
      'with the body as JSON',
      JSON.stringify({ custom_id: 'a', response: { status_code: 200, body: JSON.stringify(body) } }),
    ],
    [
      'with the response as JSON',
      JSON.stringify({ custom_id: 'a', response: JSON.stringify({ status_code: 200, body }) }),
    ],
    ['with the body in place of the response', JSON.stringify({ custom_id: 'a', response: body })],
    ['with the body beside the id', JSON.stringify({ custom_id: 'a', status_code: 200, body })],
    ['with the fields of the body beside the id', JSON.stringify({ id: 'x/y', custom_id: 'a', ...body })],
    ['after a byte order mark', `\uFEFF${JSON.stringify({ custom_id: 'a', response: { status_code: 200, body } })}`],
    ['before a carriage return', `${JSON.stringify({ custom_id: 'a', response: { status_code: 200, body } })}\r`],
  ])('an answer %s is read', (_, line) => {
    expect(parseResultLine(line)).toEqual(answered);
    expect(parseResultLine(Buffer.from(line))).toEqual(answered);
  });

  it('a custom_id that was turned into a number is read as its digits', () => {
    expect(parseResultLine('{"custom_id":5,"response":{"body":{"choices":[]}}}')).toMatchObject({ customId: '5' });
  });

  it.each<[string, object, number | null, string]>([
    ['in the body', { response: { body: { error: { code: 'rate_limit_exceeded' } } } }, null, 'rate_limit_exceeded'],
    ['in a body of status 200', { response: { status_code: 200, body: { error: { code: 400 } } } }, 400, '400'],
    ['in place of the body', { response: { error: { message: 'no' } } }, null, ''],
    ['with the status as its code', { response: null, error: { code: 400, message: 'no' } }, 400, '400'],
    ['in the form of vLLM', { response: { body: { object: 'error', code: 503, message: 'no' } } }, 503, '503'],
    ['as a text', { response: null, error: 'overloaded' }, null, ''],
  ])('an error %s is no answer', (_, line, statusCode, code) => {
    expect(parseResultLine(JSON.stringify({ custom_id: 'a', ...line }))).toMatchObject({ statusCode, error: { code } });
  });

  it.each<[string, object, unknown]>([
    ['a text in place of a response', { response: 'x' }, 'x'],
    ['an unknown body', { response: { message: 'x' } }, { message: 'x' }],
    ['a result of another API', { result: { type: 'succeeded' } }, { result: { type: 'succeeded' } }],
  ])('%s is returned as the body of a success, since something was answered', (_, line, found) => {
    expect(parseResultLine(JSON.stringify({ custom_id: 'a', ...line }))).toMatchObject({
      statusCode: 200,
      body: found,
      error: null,
    });
  });

  it.each(['{"custom_id":"a"}', '{"custom_id":"a","response":null,"error":null}', '{"custom_id":"a","response":{}}'])(
    'a line with neither answer nor error has no status: %s',
    (line) => {
      expect(parseResultLine(line)).toEqual({ customId: 'a', statusCode: null, body: undefined, error: null });
    },
  );
});

describe('isBlankLine', () => {
  it.each(['', ' ', '\r', '\uFEFF', '\uFEFF\r'])('%j is blank', (line) => {
    expect(isBlankLine(Buffer.from(line))).toBe(true);
  });

  it.each(['x', '{}', '         x'])('%j is not', (line) => {
    expect(isBlankLine(Buffer.from(line))).toBe(false);
  });
});
