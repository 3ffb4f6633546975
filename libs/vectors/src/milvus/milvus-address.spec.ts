import { describe, expect, it } from '@jest/globals';
import { parseMilvusAddress } from './milvus-address.js';

describe('the address of Milvus', () => {
  it.each([
    ['milvus://db.example:19540/texts', { host: 'db.example', port: 19540, database: 'texts' }],
    ['milvus://db.example', { host: 'db.example', port: 19530, database: null }],
    ['milvus://127.0.0.1:1/', { host: '127.0.0.1', port: 1, database: null }],
    ['milvus://[::1]:19530', { host: '[::1]', port: 19530, database: null }],
  ])('%s', (url, address) => {
    expect(parseMilvusAddress(url)).toEqual(address);
  });

  it.each([
    '',
    'db.example:19530',
    'http://db.example:19530',
    'milvus://',
    'milvus://h:port',
    'milvus://h/a/b',
    'milvus://h/1a',
  ])('is refused: "%s"', (url) => {
    expect(() => parseMilvusAddress(url)).toThrow(
      expect.objectContaining({ kind: 'ValidationError', code: 'vectors.bad-address' }),
    );
  });

  it('with a password is refused, and the password is not quoted', () => {
    expect(() => parseMilvusAddress('milvus://root:secret@db.example:19530')).toThrow(/^(?!.*secret).*settings/);
  });
});
