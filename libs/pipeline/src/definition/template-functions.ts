import type { SourceDocument } from '@batchmill/documents';
import type { UpdateOperators } from './mongo-operators.js';

/** What an update template sees: these, and the run's parameters by their names. */
export interface ClaimVariables {
  /** When the documents are taken. */
  readonly current_date: Date;
  readonly run_id: string;
  readonly [parameter: string]: unknown;
}

/** What a response template sees: these, the document's fields, the field map, the run's parameters, the processor's keys. */
export interface AnswerVariables {
  /** What the processor returned for it; without one the JSON that was asked for, else the text. */
  readonly response_content: unknown;
  /** When the answer is written. */
  readonly current_date: Date;
  readonly run_id: string;
  /** Which function's answer it is: `summary`, `qa_0`. */
  readonly function: string;
  /** As it was asked for. */
  readonly model: string;
  /** Tokens that the provider bills for the answer. */
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number };
  /** `length`: the answer ended at `maxTokens`, perhaps in the middle. */
  readonly finish_reason: 'stop' | 'length';
  /** As it was read before its answers were written. */
  readonly document: SourceDocument;
  readonly [variable: string]: unknown;
}

/** In place of an update template, where a template does not reach. The same for all documents; not asynchronous. */
export type UpdateFunction = (variables: ClaimVariables) => UpdateOperators;

/** In place of a response template, where a template does not reach. May be asynchronous. */
export type ResponseFunction = (variables: AnswerVariables) => UpdateOperators | Promise<UpdateOperators>;
