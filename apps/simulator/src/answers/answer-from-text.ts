import { wordStem } from '../embeddings/word-stem.js';
import { wordWeight } from '../embeddings/word-weight.js';
import { splitSentences } from './sentences.js';

const maxWords = 60;

/**
 * An answer made from the prompt and nothing else. A question gets the sentence of the prompt that
 * shares most words with it; anything else gets the first two sentences. Instructions (lines that end in a colon)
 * are never part of an answer.
 */
export function answerFromText(prompt: string): string {
  const sentences = splitSentences(prompt);
  const question = sentences.findLast((sentence) => sentence.endsWith('?'));
  const statements = sentences.filter((sentence) => sentence !== question && !sentence.endsWith(':'));
  if (statements.length === 0) return shortened(question ?? sentences.join(' '));
  return shortened(question === undefined ? statements.slice(0, 2).join(' ') : closest(statements, question));
}

function closest(sentences: readonly string[], question: string): string {
  const questionStems = new Set(stems(question).map(({ stem }) => stem));
  let best = sentences[0] ?? '';
  let bestScore = -1;
  for (const sentence of sentences) {
    const shared = new Map(stems(sentence).map(({ stem, weight }) => [stem, questionStems.has(stem) ? weight : 0]));
    const score = [...shared.values()].reduce((sum, weight) => sum + weight, 0);
    if (score > bestScore) {
      best = sentence;
      bestScore = score;
    }
  }
  return best;
}

function stems(text: string): { stem: string; weight: number }[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => ({ stem: wordStem(word), weight: wordWeight(word) }));
}

function shortened(text: string): string {
  const words = text.split(' ');
  return words.length <= maxWords ? text : `${words.slice(0, maxWords).join(' ')} …`;
}
