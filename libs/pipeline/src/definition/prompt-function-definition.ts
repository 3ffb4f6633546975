import type { SourceDocument } from '@batchmill/documents';
import type { PromptFile } from './file-references.js';
import type { ChatBody, ResponsesBody } from './response-bodies.js';
import type { ResponseFunction } from './template-functions.js';
import type { UpdateOperators } from './mongo-operators.js';

/** A JSON schema, as `response_format` takes it: an object with all its properties required and no others. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Reshapes an answer before it is written. Of the object it returns, the key equal to `responseContentField` becomes
 * `{{response_content}}`, the others are variables of the response template; `_id` is dropped. Anything else it returns is
 * `{{response_content}}` itself. May be asynchronous.
 */
export type ResponseProcessor<Body> = (response: Body, document: SourceDocument) => unknown;

export interface PromptFunctionOptions<Body> {
  /** `^[A-Za-z][A-Za-z0-9_]{0,23}$`, unique in the pipeline. */
  readonly name: string;
  /** The setting OPENAI_MODEL, else `gpt-4o-mini`. */
  readonly model?: string;
  /** 0 to 2. Models that reason take none: it is left out for them. 0.1 */
  readonly temperature?: number;
  /** Of an answer. 500 */
  readonly maxTokens?: number;
  /** A Liquid template, or `prompt(file)` beside the pipeline. It sees what `user` sees. */
  readonly system?: string | PromptFile;
  /**
   * A Liquid template, or `prompt(file)` beside the pipeline. Variables: the document's fields, `document`, the field map,
   * the run's parameters, `item`. One that is missing or null fails the document, unless a `default` is given.
   */
  readonly user?: string | PromptFile;
  /**
   * Name of a `string[]` parameter: one request per item, each a function of its own (`qa_0`, `qa_1`). Templates see the
   * item as `item` and under the parameter's name in the singular, its position as `index`.
   */
  readonly forEach?: string;
  /**
   * The answer must be JSON of this schema: it is asked for, parsed and checked. One that is not is asked again up to
   * `maxRetries`, then the document fails.
   */
  readonly responseFormat?: JsonSchema;
  /** Reshapes the answer, given the provider's body and the document, before it is written. May be asynchronous. */
  readonly process?: ResponseProcessor<Body>;
  /**
   * The update that writes an answer, or a function from the same variables to one. `{{response_content}}`,
   * `{{current_date}}`, `{{function}}`, `{{model}}`, `{{run_id}}`, `{{usage}}`, `{{finish_reason}}`, the document's fields
   * and the processor's keys may stand in values and in keys. A value that is one variable and nothing else keeps the
   * variable's type.
   */
  readonly responseTemplate?: UpdateOperators | ResponseFunction;
  /** For the default template, which pushes to it (`event_response`). */
  readonly responseField?: string;
  /** For the default template (`created_date`). */
  readonly responseDateField?: string;
  /** For the default template, and the key of what `process` returns that is the content (`talking_points`). */
  readonly responseContentField?: string;
}

export type ChatDefinition = PromptFunctionOptions<ChatBody> & { readonly api: 'chat' };
export type ResponsesDefinition = PromptFunctionOptions<ResponsesBody> & { readonly api: 'responses' };
export type PromptFunctionDefinition = ChatDefinition | ResponsesDefinition;

/** A function that prompts the model once per document, on `/v1/chat/completions`. */
export function chat(options: PromptFunctionOptions<ChatBody>): ChatDefinition {
  return { ...options, api: 'chat' };
}

/** A function that prompts the model once per document, on `/v1/responses`. */
export function responses(options: PromptFunctionOptions<ResponsesBody>): ResponsesDefinition {
  return { ...options, api: 'responses' };
}
