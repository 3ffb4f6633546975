import { ValidationError } from '@batchmill/contracts';
import { createHash } from 'node:crypto';
import { inputName } from './read-input.js';
import type { InputDocument } from './input-document.js';

export interface IdentifiedDocument extends InputDocument {
  /**
   * Under which the document is stored: the hash of its content, and its number among documents of the same content. So a
   * document is the same one at any place of the input, and another one once its content has changed.
   */
  readonly key: string;
  /** Its own id, else the key: for messages. */
  readonly id: string;
}

/** Which field holds the id: one that the user names, none (false), or `_id` or `id` where a document has it (null). */
export type IdField = string | false | null;

/**
 * Gives each document its key. Throws a ValidationError: `once.duplicate-id` for the second document with an id,
 * `once.no-id` for a document without the field that the user names.
 */
export async function* identifyDocuments(
  file: string,
  documents: AsyncIterable<InputDocument>,
  idField: IdField,
): AsyncGenerator<IdentifiedDocument> {
  const name = inputName(file);
  const places = new Map<string, string>();
  const copies = new Map<string, number>();
  for await (const document of documents) {
    const id = idOf(name, document, idField);
    if (id !== null) {
      const earlier = places.get(id);
      if (earlier !== undefined) throw duplicate(name, document.at, id, earlier);
      places.set(id, document.at);
    }
    const hash = createHash('sha256').update(JSON.stringify(document.fields)).digest('hex').slice(0, 32);
    const copy = (copies.get(hash) ?? 0) + 1;
    copies.set(hash, copy);
    const key = copy === 1 ? hash : `${hash}-${copy}`;
    yield { ...document, key, id: id ?? key };
  }
}

/** Null: it has none of its own. */
function idOf(name: string, { fields, at }: InputDocument, idField: IdField): string | null {
  if (idField === false) return null;
  const candidates = idField === null ? ['_id', 'id'] : [idField];
  const id = candidates.map((field) => fields[field]).find((value) => !isMissing(value));
  if (id !== undefined) return typeof id === 'string' ? id : JSON.stringify(id);
  if (idField === null) return null;
  throw new ValidationError('once.no-id', `${name}, ${at}: found no value in the field ${idField}, which --id names`);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function duplicate(name: string, at: string, id: string, earlier: string): ValidationError {
  return new ValidationError(
    'once.duplicate-id',
    `${name}, ${at}: found the id ${JSON.stringify(id.slice(0, 100))} again, which ${earlier} has, expected another id in each document; ` +
      '--id names another field, and --no-id tells documents apart by their content',
  );
}
