import { ValidationError, type DocumentError } from '@batchmill/contracts';
import type { UnaskedDocuments } from '@batchmill/pipeline';
import type { Collection, Fields } from '@batchmill/store';
import { templateError } from '@batchmill/templates';
import type { Asked, AskedText } from './asked.js';
import type { IdentifiedDocument } from './input/identify-documents.js';
import { inputName } from './input/read-input.js';
import type { OutputFields } from './output-fields.js';

/** A document as it is stored. */
export interface StoredDocument extends Fields {
  readonly _id: string;
  /** Its own id, else its key. */
  readonly id: string;
  readonly json: string;
  /** False: an earlier input had it, and the present one has not. */
  readonly in_input: boolean;
  /** Why no request can be made of it. It is not sent. */
  readonly failure?: Pick<DocumentError, 'code' | 'message'>;
}

export interface LoadedInput {
  /** The keys of the documents, in the order of the input. */
  readonly keys: readonly string[];
  /** Of how many of them no request can be made. */
  readonly failed: number;
  /** The same by error code, the most first. A message begins with the place of the first of them in the input. */
  readonly unasked: readonly UnaskedDocuments[];
}

interface LoadOptions {
  readonly asked: Asked;
  /** `-` is standard input. */
  readonly input: string;
  readonly fields: OutputFields;
  /** Infinity: all. */
  readonly limit: number;
}

const documentsPerWrite = 500;

/**
 * Stores the documents with the texts that are to be sent of them, and marks them as those of the present input. One that is
 * stored already stays as it is, with its answer. Throws a ValidationError: `once.no-documents`, `once.field-taken`, and
 * `once.nothing-to-ask` when of no document a request can be made.
 */
export async function loadInput(
  collection: Collection<StoredDocument>,
  documents: AsyncIterable<IdentifiedDocument>,
  { asked, input, fields, limit }: LoadOptions,
): Promise<LoadedInput> {
  await collection.updateMany({ in_input: true }, { $set: { in_input: false } });
  const keys: string[] = [];
  const unasked = new Map<string, { message: string; documents: number }>();
  let page: IdentifiedDocument[] = [];
  const write = async (): Promise<void> => {
    for (const { code, message } of await storePage(collection, page, asked.texts)) {
      const counted = unasked.get(code);
      if (counted === undefined) unasked.set(code, { message, documents: 1 });
      else counted.documents += 1;
    }
    page = [];
  };
  for await (const document of documents) {
    refuseTakenField(input, document, fields);
    keys.push(document.key);
    page.push(document);
    if (page.length >= documentsPerWrite) await write();
    if (keys.length >= limit) break;
  }
  await write();
  if (keys.length === 0) {
    throw new ValidationError('once.no-documents', `${inputName(input)}: found no document, expected at least one`);
  }
  const byCode = [...unasked]
    .map(([code, counted]) => ({ code, ...counted }))
    .sort((a, b) => b.documents - a.documents);
  const failed = byCode.reduce((sum, { documents: count }) => sum + count, 0);
  if (failed === keys.length) {
    throw new ValidationError(
      'once.nothing-to-ask',
      `${inputName(input)}: of no document a request can be made, so nothing was sent. ${byCode[0]?.message ?? ''}`,
    );
  }
  return { keys, failed, unasked: byCode };
}

type Failure = NonNullable<StoredDocument['failure']>;

/** Returns why no request can be made of some of the documents. */
async function storePage(
  collection: Collection<StoredDocument>,
  page: readonly IdentifiedDocument[],
  texts: readonly AskedText[],
): Promise<Failure[]> {
  if (page.length === 0) return [];
  const byKey = { _id: { $in: page.map(({ key }) => key) } };
  const failures = new Map<unknown, Failure | undefined>();
  for await (const { _id, failure } of collection.find(byKey, { projection: { failure: 1 } })) {
    failures.set(_id, failure);
  }
  await collection.updateMany(byKey, { $set: { in_input: true } });
  const added = page.filter(({ key }) => !failures.has(key)).map((document) => storedForm(document, texts));
  await collection.insertMany(added);
  for (const { _id, failure } of added) failures.set(_id, failure);
  return page.flatMap(({ key, at }) => {
    const failure = failures.get(key);
    return failure === undefined ? [] : [{ code: failure.code, message: `${at}: ${failure.message}` }];
  });
}

function storedForm({ key, id, json, fields }: IdentifiedDocument, texts: readonly AskedText[]): StoredDocument {
  const stored = { _id: key, id, json, in_input: true };
  const variables = { ...fields, document: fields };
  const rendered: Record<string, string> = {};
  for (const { field, template, from } of texts) {
    let text: string;
    try {
      text = template.render(variables);
    } catch (error) {
      const { code, message } = templateError(from, error, { variables: fields, fieldMap: null });
      return { ...stored, failure: { code, message } };
    }
    if (field !== 'system' && text.trim() === '') {
      const message = `${from}: rendered to an empty text for this document`;
      return { ...stored, failure: { code: 'template.empty', message } };
    }
    rendered[field] = text;
  }
  return { ...stored, ...rendered };
}

function refuseTakenField(input: string, { fields, at }: IdentifiedDocument, taken: OutputFields): void {
  const found = [taken.result, taken.error, taken.finishReason].find((field) => Object.hasOwn(fields, field));
  if (found === undefined) return;
  throw new ValidationError(
    'once.field-taken',
    `${inputName(input)}, ${at}: found the field ${found}, under which the result is written; name another one with --as`,
  );
}
