import { expect, it } from '@jest/globals';
import { PieceReader } from './piece-reader.js';

it('still counts correctly after more pieces than its cache holds', () => {
  const reader = new PieceReader((piece) => piece.length);
  const words = Array.from({ length: 400_000 }, (_, index) => ` w${index}`);

  expect(words.filter((word) => reader.read(word, 0) !== word.length)).toEqual([]);
  expect(reader.read(' w7', 0)).toBe(3);
});

it('counts a repeated piece only once', () => {
  const counted: string[] = [];
  const reader = new PieceReader((piece) => counted.push(piece));
  const text = 'to be or not to be';

  for (let from = 0; from < text.length; from = reader.end) reader.read(text, from);

  expect(counted).toEqual(['to', ' be', ' or', ' not', ' to']);
});

it('never splits a surrogate pair', () => {
  const pieces: string[] = [];
  const reader = new PieceReader((piece) => pieces.push(piece));
  const text = `a${'👍'.repeat(2000)}`;

  for (let from = 0; from < text.length; from = reader.end) reader.read(text, from);

  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(501);
});
