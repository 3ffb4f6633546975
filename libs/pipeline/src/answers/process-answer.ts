import type { SourceDocument } from '../definition/source-document.js';
import { DocumentFailure, documentError } from '../document-error.js';
import { isPlainObject } from '../is-plain-object.js';
import type { PromptFunction } from '../pipeline.js';
import type { Answer } from '../results/classified.js';

export interface ProcessedAnswer {
  /** `{{response_content}}` */
  readonly content: unknown;
  /** What else a processor returned, but never `_id`. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Calls the pipeline's processor. Without one the content is the JSON that was asked for, else the text. */
export async function processAnswer(
  asks: PromptFunction,
  answer: Extract<Answer, { kind: 'text' }>,
  document: SourceDocument,
): Promise<ProcessedAnswer> {
  const otherwise = answer.parsed ?? answer.text;
  if (asks.process === null) return { content: otherwise, variables: {} };
  const returned = await call(asks, answer.body, document);
  if (returned === undefined || returned === null) {
    throw failure('response.no-content', `Function ${asks.name}: its processor returned nothing to write`);
  }
  if (!isPlainObject(returned)) return { content: returned, variables: {} };
  const { [asks.responseContentField]: content = otherwise, ...others } = returned;
  return { content, variables: Object.fromEntries(Object.entries(others).filter(([key]) => key !== '_id')) };
}

async function call(asks: PromptFunction, body: object, document: SourceDocument): Promise<unknown> {
  try {
    return await asks.process?.(body, document);
  } catch (error) {
    // Its message may quote the answer: only its name is told.
    const name = error instanceof Error ? error.name : typeof error;
    throw failure('response.process-failed', `Function ${asks.name}: its processor threw a ${name}`, error);
  }
}

function failure(
  code: 'response.no-content' | 'response.process-failed',
  message: string,
  cause?: unknown,
): DocumentFailure {
  return new DocumentFailure(documentError('ProcessingError', code, message), { cause });
}
