import { describe, expect, it } from '@jest/globals';
import { answerFromText } from './answer-from-text.js';

describe('answerFromText', () => {
  it('a question is answered with the sentence that shares most of its words', () => {
    const text = 'Revenue rose to 12 million. The board met in Oslo. Employees received new laptops.';

    expect(answerFromText(`${text}\n\nWhere did the board meet?`)).toBe('The board met in Oslo.');
  });

  it('anything else is answered with its first two sentences, without the instruction', () => {
    expect(answerFromText('Summarize the following text:\nOne came. Two went. Three stayed.')).toBe(
      'One came. Two went.',
    );
  });

  it('long sentences are cut to sixty words', () => {
    const answer = answerFromText(Array.from({ length: 100 }, (_, index) => `word${index}`).join(' '));

    expect(answer.split(' ')).toHaveLength(61);
    expect(answer.endsWith('…')).toBe(true);
  });

  it('a question alone and an empty prompt have an answer too', () => {
    expect(answerFromText('Why?')).toBe('Why?');
    expect(answerFromText('')).toBe('');
  });
});
