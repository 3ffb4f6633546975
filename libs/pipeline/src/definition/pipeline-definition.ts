import type { Endpoint } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { ParameterDefinitions, ParametersOf } from './parameter-definitions.js';
import type { PromptFunctionDefinition } from './prompt-function-definition.js';
import type { QueryFilter, UpdateOperators } from './mongo-operators.js';
import type { UpdateFunction } from './template-functions.js';

/** Where documents come from, what is asked of the model, where answers go. */
export interface PipelineDefinition<P extends ParameterDefinitions = ParameterDefinitions> {
  /** `^[a-z][a-z0-9-]{0,63}$`, the name of its folder. */
  readonly name: string;
  readonly description?: string;
  /** What a run may say: by name, a type or a type with a default. */
  readonly parameters?: P;
  /** Where documents come from. */
  readonly source: SourceDefinition<P>;
  /** For runs that do not say which of two endpoints they want. */
  readonly defaultEndpoint?: Endpoint;
  /** For runs that make vectors. A pipeline has this, `inference` or both. */
  readonly embeddings?: EmbeddingsDefinition;
  /** For runs that ask for texts. */
  readonly inference?: InferenceDefinition;
  readonly batch?: BatchDefinition;
  /** When runs of it are started by themselves: by a service at work, never by a command. */
  readonly schedule?: ScheduleDefinition | readonly ScheduleDefinition[];
}

export interface ScheduleDefinition {
  /** Minute, hour, day of the month, month, weekday: `0 3 * * *`. */
  readonly cron: string;
  /** By whose clocks; IANA. `UTC` */
  readonly timezone?: string;
  readonly endpoint?: Endpoint;
  readonly functions?: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** At most so many documents. */
  readonly limit?: number;
}

export interface SourceDefinition<P extends ParameterDefinitions = ParameterDefinitions> {
  /** Missing: the setting MONGODB_COLLECTION. */
  readonly collection?: string;
  /** Which documents are meant, besides those pending. Missing: all. */
  readonly queryTemplate?: QueryFilter | ((parameters: ParametersOf<P>) => QueryFilter);
  /** `_id` */
  readonly chunkIdField?: string;
  /** The document that a chunk is part of. `documentIdField` when that is given, else `doc_id`. */
  readonly parentIdField?: string;
  /** What people call a document by. `_id` */
  readonly documentIdField?: string;
  /** Template variable to dotted path in the document. */
  readonly fieldMap?: Readonly<Record<string, string>>;
  /** By template variable of the field map; may be asynchronous. Not called for a value that the document does not have. */
  readonly preprocessFunctions?: Readonly<Record<string, (value: unknown, document: SourceDocument) => unknown>>;
}

export interface StatusDefinition {
  /** `embedding_status` or `ai_status` */
  readonly field?: string;
  /** `pending`. A missing status or null is pending too, unless the query names the field. */
  readonly pending?: string;
  /** `in_progress` */
  readonly inProgress?: string;
  /** `completed` */
  readonly completed?: string;
  /** `failed` */
  readonly failed?: string;
}

interface EndpointDefinition {
  /** The field that says how far a document is, and its values. */
  readonly status?: StatusDefinition;
  /** Where the bookkeeping of this side is kept on the document. `embedding_processing_info` or `processing_info` */
  readonly processingInfoField?: string;
  /** Where the last error is kept on the document. `error` within `processingInfoField` */
  readonly errorField?: string;
  /**
   * Applied besides our marks when a document is taken: an update, or a function from the same variables to one.
   * Variables: `current_date`, `run_id`, the run's parameters.
   */
  readonly updateTemplate?: UpdateOperators | UpdateFunction;
  /** Documents per batch file. Wins over `batch.batchSize`. */
  readonly batchSize?: number;
}

export interface EmbeddingsDefinition extends EndpointDefinition {
  /** The setting BATCHMILL_EMBEDDING_MODEL, else `text-embedding-3-small`. */
  readonly model?: string;
  /** Of a vector; what the model offers. 1536 */
  readonly dimensions?: number;
  /** Dotted path of the text. */
  readonly text: string;
  /** What becomes of a text of more than 8,192 tokens. `fail` */
  readonly tooLong?: 'fail' | 'truncate';
  /** The collection of vectors; it is made when it is not there. */
  readonly vectors: { readonly collection: string };
}

export interface InferenceDefinition extends EndpointDefinition {
  /** What is asked of each document, in any number: each by `chat({…})` or `responses({…})`. */
  readonly functions: readonly PromptFunctionDefinition[];
}

export interface BatchDefinition {
  /** Documents per batch file, of both sides. */
  readonly batchSize?: number;
  /** How long the provider may take. */
  readonly completionWindow?: '24h';
  /** How often a batch is looked at. 300 */
  readonly pollIntervalSeconds?: number;
  /** 3 retries are at most four attempts. */
  readonly maxRetries?: number;
  /**
   * How long a function of yours (`process`, a preprocess function, a template that is one) may take to resolve for one
   * document before it fails. 30. One that never returns at all cannot be stopped.
   */
  readonly codeTimeoutSeconds?: number;
}
