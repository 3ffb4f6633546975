import type { SourceDocument } from '@batchmill/documents';
import type { UpdateOperators } from './mongo-operators.js';

/** The variables of an update template: these, and the run's parameters by name. */
export interface ClaimVariables {
  /** When the documents are claimed. */
  readonly current_date: Date;
  readonly run_id: string;
  readonly [parameter: string]: unknown;
}

/** The variables of a response template: these, the document's fields, the field map, the run's parameters, the processor's keys. */
export interface AnswerVariables {
  /** The content that the processor returned; without a processor, the parsed JSON of a `responseFormat`, else the text. */
  readonly response_content: unknown;
  /** When the answer is written. */
  readonly current_date: Date;
  readonly run_id: string;
  /** The function of the answer: `summary`, `qa_0`. */
  readonly function: string;
  /** The requested model. */
  readonly model: string;
  /** The billed tokens of the answer. */
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number };
  /** `length` when the answer ended at `maxTokens`, and may be incomplete. */
  readonly finish_reason: 'stop' | 'length';
  /** The document as it was before its answers were written. */
  readonly document: SourceDocument;
  readonly [variable: string]: unknown;
}

/** An update template as a function, for what a template cannot express. It is synchronous and has no document. */
export type UpdateFunction = (variables: ClaimVariables) => UpdateOperators;

/** A response template as a function, for what a template cannot express. May be asynchronous. */
export type ResponseFunction = (variables: AnswerVariables) => UpdateOperators | Promise<UpdateOperators>;
