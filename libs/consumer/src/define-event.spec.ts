import { topicOf } from '@batchmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { defineEvent } from './define-event.js';

const Filed = defineEvent({
  name: 'letter.filed',
  description: 'A letter was filed.',
  fields: {
    letterId: 'string',
    pages: { type: 'number', description: 'Counted when it was filed.' },
    shelves: { type: 'string[]', required: false },
    isCopy: { type: 'boolean', required: false },
  },
  key: ({ letterId }) => letterId,
});

describe('an event of one’s own', () => {
  it('S7: has its fields, its key and a topic of its name', () => {
    const filed = new Filed({ letterId: 'l-1', pages: 2, shelves: ['a'] });

    expect(JSON.parse(JSON.stringify(filed))).toEqual({ letterId: 'l-1', pages: 2, shelves: ['a'] });
    expect(filed.key()).toBe('l-1');
    expect(topicOf(Filed)).toBe('batchmill.letter.filed');
  });

  it.each([
    ['a field that is missing', { letterId: 'l-1' }, /^letter\.filed: pages must be a number/],
    ['a field of another type', { letterId: 'l-1', pages: 'two' }, /^letter\.filed: pages must be a number/],
    ['a list of something else', { letterId: 'l-1', pages: 1, shelves: [1] }, /each value in shelves must be a string/],
    ['a field that it does not have', { letterId: 'l-1', pages: 1, page: 1 }, /property page should not exist/],
  ])('S7: is not made with %s', (_, fields, message) => {
    const make = () => new Filed(fields as never); // the compiler refuses it too

    expect(make).toThrow(expect.objectContaining({ code: 'event.invalid', message: expect.stringMatching(message) }));
  });

  it.each([
    ['the name of an event of the stages', { name: 'run.finished', fields: {} }, /expected a name that no stage/],
    ['a name without a dot', { name: 'filed', fields: {} }, /name: found "filed", expected words in lower case/],
    ['a field named key', { name: 'a.filed', fields: { key: 'string' } }, /fields: found "key", expected another name/],
    [
      'an unknown type',
      { name: 'a.filed', fields: { at: 'date' } },
      /fields\.at: found "date", expected one of string,/,
    ],
  ])('S7: is not defined with %s', (_, definition, message) => {
    const define = () => defineEvent({ description: 'x', ...definition } as never); // the compiler refuses it too

    expect(define).toThrow(
      expect.objectContaining({ code: 'event.invalid-definition', message: expect.stringMatching(message) }),
    );
  });
});
