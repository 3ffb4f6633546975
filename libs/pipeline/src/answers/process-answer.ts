import { DocumentFailure, documentError } from '@batchmill/contracts';
import { isPlainObject, type SourceDocument } from '@batchmill/documents';
import { withPlainText, type Answer } from '@batchmill/provider';
import { callUserCode } from '../user-code/call-user-code.js';
import { plainCopy } from '../user-code/plain-copy.js';
import type { PromptFunction } from '../pipeline.js';

export interface ProcessedAnswer {
  /** `{{response_content}}` */
  readonly content: unknown;
  /** The other keys that a processor returned, without `_id`. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Calls the pipeline's processor with a copy of the document. Without one the content is the parsed JSON, or the text. */
export async function processAnswer(
  definition: PromptFunction,
  answer: Extract<Answer, { kind: 'text' }>,
  document: SourceDocument,
  timeoutMs: number,
): Promise<ProcessedAnswer> {
  const unprocessed = answer.parsed ?? answer.text;
  const { process } = definition;
  if (process === null) return { content: unprocessed, variables: {} };
  const what = `Function ${definition.name}: its processor`;
  const options = { what, code: 'response.process-failed', timeoutMs } as const;
  const returned = await callUserCode(options, () =>
    process(plainCopy(withPlainText(answer.body, answer.text)), plainCopy(document)),
  );
  if (returned === undefined || returned === null) {
    const message = `${what} returned nothing to write`;
    throw new DocumentFailure(documentError('ProcessingError', 'response.no-content', message));
  }
  if (!isPlainObject(returned)) return { content: returned, variables: {} };
  const { [definition.responseContentField]: content = unprocessed, ...others } = returned;
  return { content, variables: Object.fromEntries(Object.entries(others).filter(([key]) => key !== '_id')) };
}
