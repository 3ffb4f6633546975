import { DocumentFailure, documentError } from '@batchmill/contracts';
import { isPlainObject, type SourceDocument } from '@batchmill/documents';
import type { Answer } from '@batchmill/provider';
import { callCode } from '../code/call-code.js';
import { plainCopy } from '../code/plain-copy.js';
import type { PromptFunction } from '../pipeline.js';

export interface ProcessedAnswer {
  /** `{{response_content}}` */
  readonly content: unknown;
  /** What else a processor returned, but never `_id`. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Calls the pipeline's processor, which sees a copy of the document. Without one the content is the JSON that was asked for, else the text. */
export async function processAnswer(
  definition: PromptFunction,
  answer: Extract<Answer, { kind: 'text' }>,
  document: SourceDocument,
  limitMs: number,
): Promise<ProcessedAnswer> {
  const otherwise = answer.parsed ?? answer.text;
  const { process } = definition;
  if (process === null) return { content: otherwise, variables: {} };
  const what = `Function ${definition.name}: its processor`;
  const calling = { what, code: 'response.process-failed', limitMs } as const;
  const returned = await callCode(calling, () => process(plainCopy(answer.body), plainCopy(document)));
  if (returned === undefined || returned === null) {
    const told = `${what} returned nothing to write`;
    throw new DocumentFailure(documentError('ProcessingError', 'response.no-content', told));
  }
  if (!isPlainObject(returned)) return { content: returned, variables: {} };
  const { [definition.responseContentField]: content = otherwise, ...others } = returned;
  return { content, variables: Object.fromEntries(Object.entries(others).filter(([key]) => key !== '_id')) };
}
