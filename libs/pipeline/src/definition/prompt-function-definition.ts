import type { CompletionWindow } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { PromptFile } from './file-references.js';
import type { ChatBody, ResponsesBody } from './response-bodies.js';
import type { ResponseFunction } from './template-functions.js';
import type { UpdateOperators } from './mongo-operators.js';

/** A JSON schema as `response_format` requires it: of an object, with all properties required and no additional ones. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Reshapes an answer before it is written. May be asynchronous. When it returns an object, its key `responseContentField` becomes
 * `{{response_content}}` and its other keys become variables of the response template, except `_id`. Any other result is
 * `{{response_content}}` itself.
 */
export type ResponseProcessor<Body> = (response: Body, document: SourceDocument) => unknown;

export interface PromptFunctionOptions<Body> {
  /** `^[A-Za-z][A-Za-z0-9_]{0,23}$`, unique in the pipeline and not `embeddings`. */
  readonly name: string;
  /** Default: the setting OPENAI_MODEL, else `gpt-4o-mini`. */
  readonly model?: string;
  /**
   * The model that `model` stands for, where its name does not tell: a deployment of Azure, an alias of a gateway. It decides
   * which fields are sent and how tokens are counted. Default: what BATCHMILL_BASE_MODELS says, else the name without `ft:` and
   * a provider's prefix.
   */
  readonly baseModel?: string;
  /** 0 to 2; null: none is sent. Not sent to reasoning models, which reject it. Default 0.1. */
  readonly temperature?: number | null;
  /** The maximum number of tokens of an answer: from 1 to 1,000,000, or to what the model answers, where that is known. Default 500. */
  readonly maxTokens?: number;
  /** The field of a chat request that holds `maxTokens`. Default: the one that the base model takes. */
  readonly tokenLimitField?: 'max_tokens' | 'max_completion_tokens';
  /**
   * Further fields of the request, as the provider's API names them: `{ reasoning_effort: 'low', seed: 7 }`. They are the same for
   * every document. Fields that are made of other settings are refused here.
   */
  readonly body?: Readonly<Record<string, unknown>>;
  /**
   * Whether a request takes the answer that an earlier one got which was the same in all that is sent: prompts, model, parameters,
   * schema. `{ within: '7d' }` takes none that is older, in hours or days up to `30d`. Only answers that were valid and written are
   * kept. A run that redoes documents takes none. Default: true at `temperature: 0` without tools, else false.
   */
  readonly reuse?: boolean | { readonly within: CompletionWindow };
  /** The system prompt: a Liquid template, or `prompt(file)` beside the pipeline. It has the variables of `user`. */
  readonly system?: string | PromptFile;
  /**
   * The user prompt: a Liquid template, or `prompt(file)` beside the pipeline. Variables: the document's fields, `document`, the
   * field map, the run's parameters, `item`. A variable that is missing or null fails the document, unless it has a `default`.
   * Default: the setting USER_PROMPT_TEMPLATE.
   */
  readonly user?: string | PromptFile;
  /**
   * The name of a `string[]` parameter. Each of its items is a function of its own (`qa_0`, `qa_1`) with its own request. Templates
   * get the item as `item` and under the parameter's name in the singular, and its index, from 0, as `index`.
   */
  readonly forEach?: string;
  /**
   * A JSON schema for the answer, which the provider gets and which is validated. An answer that does not match is retried up to
   * `maxRetries` times, then the document fails.
   */
  readonly responseFormat?: JsonSchema;
  /** Reshapes the answer before it is written. Gets the body of the provider's response and the document. May be asynchronous. */
  readonly process?: ResponseProcessor<Body>;
  /**
   * The update that writes an answer, or a function from the same variables to one. Values and keys may be templates with
   * `{{response_content}}`, `{{current_date}}`, `{{function}}`, `{{model}}`, `{{run_id}}`, `{{usage}}`, `{{finish_reason}}`, the
   * document's fields and the processor's keys. A value that consists of one variable keeps the variable's type. Default: pushes
   * the content and the date to `responseField`.
   */
  readonly responseTemplate?: UpdateOperators | ResponseFunction;
  /** The list to which the default response template pushes. Default `event_response`. */
  readonly responseField?: string;
  /** The key of the date in the default response template. Default `created_date`. */
  readonly responseDateField?: string;
  /** The key of the content in the default response template and in the result of `process`. Default `talking_points`. */
  readonly responseContentField?: string;
}

export type ChatDefinition = PromptFunctionOptions<ChatBody> & { readonly api: 'chat' };
export type ResponsesDefinition = PromptFunctionOptions<ResponsesBody> & { readonly api: 'responses' };
export type PromptFunctionDefinition = ChatDefinition | ResponsesDefinition;

/** A function that prompts the model once per document, or per item of `forEach`, on `/v1/chat/completions`. */
export function chat(options: PromptFunctionOptions<ChatBody>): ChatDefinition {
  return { ...options, api: 'chat' };
}

/** A function that prompts the model once per document, or per item of `forEach`, on `/v1/responses`. */
export function responses(options: PromptFunctionOptions<ResponsesBody>): ResponsesDefinition {
  return { ...options, api: 'responses' };
}
