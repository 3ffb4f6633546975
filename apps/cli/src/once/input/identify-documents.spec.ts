import { describe, expect, it } from '@jest/globals';
import { identifyDocuments, type IdField, type IdentifiedDocument } from './identify-documents.js';
import type { InputDocument } from './input-document.js';

describe('the documents of once', () => {
  async function identify(
    all: readonly InputDocument['fields'][],
    idField: IdField = null,
  ): Promise<IdentifiedDocument[]> {
    async function* documents(): AsyncGenerator<InputDocument> {
      for (const [index, fields] of all.entries()) {
        yield await Promise.resolve({ fields, json: JSON.stringify(fields), at: `line ${index + 1}` });
      }
    }
    return Array.fromAsync(identifyDocuments('notes.jsonl', documents(), idField));
  }

  const keysOf = async (...args: Parameters<typeof identify>): Promise<string[]> =>
    (await identify(...args)).map(({ key }) => key);

  it('a document has the same key at any place, and another one with another content', async () => {
    const [one, two] = await keysOf([{ text: 'one' }, { text: 'two' }]);

    expect(await keysOf([{ text: 'new' }, { text: 'two' }, { text: 'one' }])).toEqual([expect.any(String), two, one]);
    expect(one).not.toBe(two);
    expect(await keysOf([{ id: 1, text: 'one' }])).not.toEqual(await keysOf([{ id: 1, text: 'changed' }]));
  });

  it('documents of the same content and without an id are each one of their own', async () => {
    const [first, second] = await keysOf([{ text: 'one' }, { text: 'one' }]);

    expect(second).toBe(`${first}-2`);
  });

  it.each<[string, InputDocument['fields'], string]>([
    ['_id', { _id: 'a', id: 'b' }, 'a'],
    ['id', { id: 7 }, '7'],
    ['an id of several parts', { _id: { $oid: '01' } }, '{"$oid":"01"}'],
  ])('the id of a document is that of its field: %s', async (_, fields, expected) => {
    expect((await identify([fields])).map(({ id }) => id)).toEqual([expected]);
  });

  it.each<[string, InputDocument['fields']]>([
    ['none', { text: 'one' }],
    ['an empty one', { id: '', text: 'one' }],
    ['null', { _id: null, id: null, text: 'one' }],
  ])('a document without an id is named by its key: %s', async (_, fields) => {
    const [document] = await identify([fields]);

    expect(document?.id).toBe(document?.key);
  });

  it('an id that comes twice is refused with both places, unless another field or none is the id', async () => {
    const documents = [
      { id: 'a', key: 1 },
      { id: 'b', key: 2 },
      { id: 'a', key: 3 },
    ];

    await expect(identify(documents)).rejects.toMatchObject({
      code: 'once.duplicate-id',
      message: expect.stringContaining('notes.jsonl, line 3: found the id "a" again, which line 1 has'),
    });
    expect(await identify(documents, 'key')).toHaveLength(3);
    expect(await identify(documents, false)).toHaveLength(3);
  });

  it('a document without the field that the user names is refused', async () => {
    await expect(identify([{ key: 1 }, { id: 2 }], 'key')).rejects.toMatchObject({
      code: 'once.no-id',
      message: 'notes.jsonl, line 2: found no value in the field key, which --id names',
    });
  });
});
