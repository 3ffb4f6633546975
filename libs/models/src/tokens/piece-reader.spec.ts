import { expect, it } from '@jest/globals';
import { PieceReader } from './piece-reader.js';

it('keeps counting right when it has seen more pieces than it keeps', () => {
  const reader = new PieceReader((piece) => piece.length);
  const words = Array.from({ length: 400_000 }, (_, index) => ` w${index}`);

  expect(words.filter((word) => reader.read(word, 0) !== word.length)).toEqual([]);
  expect(reader.read(' w7', 0)).toBe(3);
});

it('definition for a piece that it has seen only once', () => {
  const asked: string[] = [];
  const reader = new PieceReader((piece) => asked.push(piece));
  const text = 'to be or not to be';

  for (let from = 0; from < text.length; from = reader.end) reader.read(text, from);

  expect(asked).toEqual(['to', ' be', ' or', ' not', ' to']);
});

it('never parts a surrogate pair', () => {
  const pieces: string[] = [];
  const reader = new PieceReader((piece) => pieces.push(piece));
  const text = `a${'👍'.repeat(2000)}`;

  for (let from = 0; from < text.length; from = reader.end) reader.read(text, from);

  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(501);
});
