import { isPlainObject } from '@batchmill/documents';

/** The content of a message, whatever form the server gave it. */
export interface Content {
  /** Null when there is none. */
  readonly text: string | null;
  readonly texts: readonly string[];
  readonly isRefusal: boolean;
  /** False when there is something in place of a text. */
  readonly isUnderstood: boolean;
}

const nothing: Content = { text: null, texts: [], isRefusal: false, isUnderstood: true };
/** What a model thought before it answered. It is no part of the answer. */
const typesOfThoughts = ['thinking', 'reasoning', 'reasoning_text', 'redacted_thinking'];

/** Reads a text, a part, or a list of both. */
export function readContent(content: unknown): Content {
  if (content === null || content === undefined) return nothing;
  const parts = (Array.isArray(content) ? content : [content]).map(readPart);
  const texts = parts.flatMap(({ text }) => (text === null ? [] : [text]));
  return {
    text: texts.length === 0 ? null : texts.join(''),
    texts,
    isRefusal: parts.some(({ isRefusal }) => isRefusal),
    isUnderstood: parts.every(({ isUnderstood }) => isUnderstood),
  };
}

function readPart(part: unknown): Content {
  if (typeof part === 'string') return textPart(part);
  if (part === null) return nothing;
  if (!isPlainObject(part)) return { ...nothing, isUnderstood: false };
  const { type, text } = part;
  if (type === 'refusal') return { ...nothing, isRefusal: true };
  if (typesOfThoughts.includes(String(type))) return nothing;
  if (typeof text === 'string') return textPart(text);
  // The Assistants API has the text one level deeper.
  if (isPlainObject(text) && typeof text['value'] === 'string') return textPart(text['value']);
  return { ...nothing, isUnderstood: false };
}

function textPart(text: string): Content {
  return { ...nothing, text, texts: [text] };
}
