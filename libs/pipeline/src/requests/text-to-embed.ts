import { DocumentFailure, documentError } from '@batchmill/contracts';
import { readPath, withoutPath, type SourceDocument } from '@batchmill/documents';
import { countTokens, truncateText } from '@batchmill/models';
import { maxEmbeddingTokens } from '@batchmill/provider';
import { templateError } from '@batchmill/templates';
import { createHash } from 'node:crypto';
import { endpointPlansOf, type EmbeddingFunction } from '../pipeline.js';
import { getPlannedFunction, type RunPlan } from '../plan/run-plan.js';
import { callUserCode } from '../user-code/call-user-code.js';
import { plainCopy } from '../user-code/plain-copy.js';
import { documentVariables } from './template-variables.js';

/** What texts are made of, besides the document. */
export type TextContext = Pick<RunPlan, 'pipeline' | 'parameters'>;

/**
 * The text of a document that is sent. It is made without Batchmill's marks and statuses, so that it changes only when the document
 * does. Rejects with a DocumentFailure when there is none, or when it is too long and must not be cut.
 */
export async function textToEmbed(
  context: TextContext,
  definition: EmbeddingFunction,
  document: SourceDocument,
): Promise<FittingText> {
  return fitText(definition, await readText(context, definition, document));
}

/** `tokens`: null where they need not be counted to know that the text fits. */
interface FittingText {
  readonly text: string;
  readonly tokens: number | null;
}

/** SHA-256 of a text's UTF-8, as base64url: 43 letters. */
export function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** `none`: the document has no text that can be embedded. `unknown`: code of the pipeline failed, so that it cannot be told. */
export type PresentText =
  { readonly kind: 'text'; readonly text: string; readonly hash: string } | { readonly kind: 'none' | 'unknown' };

/** What would be sent for an embedding of a document now. Null: the function makes no embeddings. */
export async function presentText(
  plan: RunPlan,
  functionName: string,
  document: SourceDocument,
): Promise<PresentText | null> {
  const { definition } = getPlannedFunction(plan, functionName);
  return definition.kind === 'embedding' ? textOfDocument(plan, definition, document) : null;
}

/** The same for a function of a pipeline. */
export async function textOfDocument(
  context: TextContext,
  definition: EmbeddingFunction,
  document: SourceDocument,
): Promise<PresentText> {
  try {
    const { text } = await textToEmbed(context, definition, document);
    return { kind: 'text', text, hash: hashOfText(text) };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    return { kind: error.error.kind === 'ProcessingError' ? 'unknown' : 'none' };
  }
}

/** The fields that the text and its vector's row are made of, for a projection; null: it may be any. */
export function fieldsOfText({
  endpointPlan,
  pipeline: { source },
}: Pick<RunPlan, 'endpointPlan' | 'pipeline'>): readonly string[] | null {
  const rowPaths = endpointPlan.vectors?.rowFields.map(({ path }) => path) ?? [];
  const paths = [...rowPaths, source.chunkIdField, source.parentIdField];
  for (const definition of endpointPlan.functions) {
    if (definition.kind !== 'embedding') continue;
    if (definition.text.kind !== 'field') return null;
    paths.push(definition.text.path);
  }
  // A projection does not understand an index into a list, as in texts.0.
  return [...new Set(paths.map((path) => path.split('.', 1)[0] ?? path))];
}

/** For messages: which text of the definition it is. */
export function nameOfText({ text }: EmbeddingFunction): string {
  return text.kind === 'field' ? `The field "${text.path}"` : 'The text of embeddings.text';
}

async function readText(
  context: TextContext,
  definition: EmbeddingFunction,
  document: SourceDocument,
): Promise<string> {
  const text = await valueOfText(context, definition, document);
  const name = nameOfText(definition);
  if (text === undefined || text === null) {
    const missing =
      definition.text.kind === 'field'
        ? `The document has no field "${definition.text.path}", the text to embed`
        : `${name} is missing: the function returned nothing`;
    throw failure('document.text-missing', missing);
  }
  if (typeof text !== 'string') {
    const found = Array.isArray(text) ? 'a list' : typeof text === 'object' ? 'an object' : `a ${typeof text}`;
    throw failure('document.text-not-text', `${name} contains ${found}, expected a text`);
  }
  if (text.trim() === '') throw failure('document.text-empty', `${name} contains only white space`);
  return text;
}

async function valueOfText(
  context: TextContext,
  { text }: EmbeddingFunction,
  document: SourceDocument,
): Promise<unknown> {
  if (text.kind === 'field') return readPath(document, text.path);
  const unmarked = withoutMarks(context, document);
  if (text.kind === 'function') {
    const timeoutMs = context.pipeline.batch.codeTimeoutMs;
    const options = { what: 'The function embeddings.text', code: 'document.text-failed', timeoutMs } as const;
    return callUserCode(options, () => text.make(plainCopy(unmarked)));
  }
  const variables = await documentVariables(context, unmarked);
  try {
    return text.template.render(variables);
  } catch (error) {
    const scope = { variables, fieldMap: context.pipeline.source.fieldMap };
    throw new DocumentFailure(templateError('embeddings.text', error, scope), { cause: error });
  }
}

function withoutMarks({ pipeline }: TextContext, document: SourceDocument): SourceDocument {
  const marks = endpointPlansOf(pipeline).flatMap(({ status, infoField, errorField }) => [
    status.field,
    infoField,
    errorField,
  ]);
  return marks.reduce(withoutPath, document);
}

function fitText(definition: EmbeddingFunction, text: string): FittingText {
  // A text has at most as many tokens as bytes, so a short text fits even when its count is too high.
  if (Buffer.byteLength(text) <= maxEmbeddingTokens) return { text, tokens: null };
  const { baseModel, tooLong } = definition;
  const tokens = countTokens(text, baseModel);
  if (tokens <= maxEmbeddingTokens) return { text, tokens };
  if (tooLong === 'fail') {
    throw failure(
      'document.text-too-long',
      `${nameOfText(definition)} contains ${tokens} tokens, expected at most ${maxEmbeddingTokens}; ` +
        "cut it into smaller chunks, or set tooLong: 'truncate' in the pipeline",
    );
  }
  return { text: truncateText(text, baseModel, maxEmbeddingTokens), tokens: null };
}

function failure(
  code: 'document.text-missing' | 'document.text-not-text' | 'document.text-empty' | 'document.text-too-long',
  message: string,
): DocumentFailure {
  return new DocumentFailure(documentError('ValidationError', code, message));
}
