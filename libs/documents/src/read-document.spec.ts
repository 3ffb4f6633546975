import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { readDocument } from './read-document.js';
import { writeDocument } from './write-document.js';

describe('readDocument', () => {
  it('reads plain JSON and the types of MongoDB exports', () => {
    const line =
      '{"_id":{"$oid":"0123456789abcdef01234567"},"at":{"$date":"2026-01-02T00:00:00Z"},"n":[1,2.5,{"$numberLong":"7"}],"o":{"x":null}}';

    expect(readDocument(line)).toEqual({
      _id: new ObjectId('0123456789abcdef01234567'),
      at: new Date('2026-01-02T00:00:00Z'),
      n: [1, 2.5, 7],
      o: { x: null },
    });
  });

  it('reads what writeDocument wrote', () => {
    const document = { _id: new ObjectId(), at: new Date(0), n: [1, 2.5, -1e20], o: { x: null, t: 'ü\n' } };

    expect(readDocument(writeDocument(document))).toEqual(document);
    expect(writeDocument(document)).not.toContain('\n');
  });

  it.each(['', '[]', '7', '"text"', '{', 'null', '{"_id":{"$oid":"short"}}', '{"$oid":"0123456789abcdef01234567"}'])(
    'returns null for %j',
    (line) => {
      expect(readDocument(line)).toBeNull();
    },
  );
});
