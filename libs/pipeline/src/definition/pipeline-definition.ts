import type { CompletionWindow, Endpoint } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { ParameterDefinitions, ParametersOf } from './parameter-definitions.js';
import type { PromptFunctionDefinition } from './prompt-function-definition.js';
import type { PromptFile } from './file-references.js';
import type { QueryFilter, UpdateOperators } from './mongo-operators.js';
import type { RowFieldDefinition } from './row-field-definition.js';
import type { UpdateFunction } from './template-functions.js';

/** Where documents come from, what is requested for them, and where answers are written. */
export interface PipelineDefinition<P extends ParameterDefinitions = ParameterDefinitions> {
  /** `^[a-z][a-z0-9-]{0,63}$`, the same as the pipeline's folder. */
  readonly name: string;
  readonly description?: string;
  /** The parameters of a run: by name, a type or a type with options. */
  readonly parameters?: P;
  /** Where documents come from. */
  readonly source: SourceDefinition<P>;
  /** The endpoint of runs that do not choose one, when the pipeline has two. */
  readonly defaultEndpoint?: Endpoint;
  /** The endpoint that makes vectors. A pipeline has this, `inference` or both. */
  readonly embeddings?: EmbeddingsDefinition;
  /** The endpoint that prompts a model. */
  readonly inference?: InferenceDefinition;
  /** Sizes, intervals and retries. */
  readonly batch?: BatchDefinition;
  /** How much money its runs may spend. Default: no limit but those of the settings. */
  readonly spending?: SpendingDefinition;
  /** When runs start by themselves. Only a running service starts them, never a command. */
  readonly schedule?: ScheduleDefinition | readonly ScheduleDefinition[];
}

/** Limits in US dollars. A batch is sent only if all that it may cost at most fits in. */
export interface SpendingDefinition {
  /** The most that one run may spend. A run may ask for less with `maxUsd`, and for more. */
  readonly maxUsdPerRun?: number;
  /** The most that all runs of the pipeline may spend on a day in UTC. */
  readonly maxUsdPerDay?: number;
}

export interface ScheduleDefinition {
  /** A cron expression of minute, hour, day of the month, month and weekday: `0 3 * * *`. */
  readonly cron: string;
  /** The time zone of the cron expression, by its IANA name. Default `UTC`. */
  readonly timezone?: string;
  /** The endpoint of the runs. Default as for any run: `defaultEndpoint`, or the only one. */
  readonly endpoint?: Endpoint;
  /** The functions of the runs. Default: all of the endpoint. */
  readonly functions?: readonly string[];
  /** The parameters of the runs. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The maximum number of documents per run. Default: no limit. */
  readonly limit?: number;
}

export interface SourceDefinition<P extends ParameterDefinitions = ParameterDefinitions> {
  /** The collection of the documents. Default: the setting MONGODB_COLLECTION. */
  readonly collection?: string;
  /** Selects the documents, of which a run takes the pending ones: a filter, or a function from the parameters to one. Default: all. */
  readonly queryTemplate?: QueryFilter | ((parameters: ParametersOf<P>) => QueryFilter);
  /** The field that identifies a chunk, stored with its vector. Default `_id`. */
  readonly chunkIdField?: string;
  /** The field with the id of the document that a chunk is part of. Default: `documentIdField` when it is given, else `doc_id`. */
  readonly parentIdField?: string;
  /** The field that identifies a document for its users, in commands and reports. Default `_id`. */
  readonly documentIdField?: string;
  /**
   * Template variables, each with a dotted path in the document. A path through a list gives the list of its items' values:
   * `lines.description`.
   */
  readonly fieldMap?: Readonly<Record<string, string>>;
  /**
   * Functions that replace the value of a variable of the field map, by its name. They get a copy of the document and may be
   * asynchronous. They are not called for a missing field. One that throws fails the document.
   */
  readonly preprocessFunctions?: Readonly<Record<string, (value: unknown, document: SourceDocument) => unknown>>;
}

export interface StatusDefinition {
  /** Default `embedding_status` or `ai_status`. */
  readonly field?: string;
  /** Default `pending`. A document without a status, or with null, is pending too, unless the query names the field. */
  readonly pending?: string;
  /** Default `in_progress`. */
  readonly inProgress?: string;
  /** Default `completed`. */
  readonly completed?: string;
  /** Default `failed`. */
  readonly failed?: string;
}

interface EndpointDefinition {
  /** The status field of documents and its values. */
  readonly status?: StatusDefinition;
  /** The field of the endpoint's marks on a document. Default `embedding_processing_info` or `processing_info`. */
  readonly processingInfoField?: string;
  /** The field of a document's last error. Default `error` within `processingInfoField`. */
  readonly errorField?: string;
  /**
   * An update that is applied when a document is claimed, besides the marks: an update with templates, or a function from the
   * same variables to one. Variables: `current_date`, `run_id`, the run's parameters.
   */
  readonly updateTemplate?: UpdateOperators | UpdateFunction;
  /** Documents per batch file, at most the requests that the provider takes in one. Takes precedence over `batch.batchSize`. */
  readonly batchSize?: number;
}

export interface EmbeddingsDefinition extends EndpointDefinition {
  /** Default: the setting BATCHMILL_EMBEDDING_MODEL, else `text-embedding-3-small`. */
  readonly model?: string;
  /** The model that `model` stands for, where its name does not tell. It decides what is sent and how tokens are counted. */
  readonly baseModel?: string;
  /** Further fields of the request, as the provider's API names them. Those of search queries have them, too. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The dimensions of the vectors, as the model offers them. Default 1536. */
  readonly dimensions?: number;
  /**
   * The text: a dotted path; or a Liquid template, with the variables of prompts, as a text or as `prompt(file)` beside the pipeline; or
   * a function that gets a copy of the document and may be asynchronous. The last two do not see Batchmill's marks. A document without a
   * text fails.
   */
  readonly text: string | PromptFile | ((document: SourceDocument) => string | Promise<string>);
  /** `fail` fails a document whose text has more than 8,192 tokens, `truncate` cuts the text after a word. Default `fail`. */
  readonly tooLong?: 'fail' | 'truncate';
  /**
   * `scan`: each run reads every completed document of its query, and embeds again those whose text, model or dimensions have changed.
   * `none`: only `--redo stale` does. Default `none`.
   */
  readonly watch?: 'scan' | 'none';
  /**
   * True: at its end, each run over all documents of the query deletes the vectors whose document is gone or does not match the query any
   * more, as `batchmill verify --prune` does. It reads every row of the collection. False: none is deleted. Default false.
   */
  readonly prune?: boolean;
  /**
   * True: a text is embedded once. Documents with the same text share a request, or take the vector that another row of the vector store
   * has of it, in a collection of any pipeline with the same model, dimensions and `body`. False: each document is requested. Default true.
   */
  readonly reuse?: boolean;
  /** Where the vectors go. */
  readonly vectors: VectorsDefinition;
}

export interface VectorsDefinition {
  /**
   * The vector collection. It is created when it does not exist. Where there is an `alias`, it may be left out: each model and number of
   * dimensions has a collection of its own then, `<alias>_<model>_<dimensions>`.
   */
  readonly collection?: string;
  /**
   * An alias in the vector store, by which searches and other programs find the collection. After a change of the model, the new collection
   * is filled beside the old one, and the alias moves to it at the end of the first run after which no search finds less in it. The old one
   * stays until `batchmill vectors drop`.
   */
  readonly alias?: string;
  /**
   * Fields of the document that are stored with its vector, by the names that searches use: lower-case letters, digits and `_`. A
   * collection that exists must have these fields and no others.
   */
  readonly fields?: Readonly<Record<string, RowFieldDefinition>>;
  /**
   * The field by whose values the collection is partitioned, a tenant for example: one of `fields` of the type `string` or `integer`, or of
   * `idFields`. A search that asks for a value of it, or for some, then reads the vectors of these values only. A collection that exists must
   * be partitioned by the same field, or by none if there is none here. Default: none.
   */
  readonly partitionBy?: string;
  /**
   * The text fields of a vector's row that hold the ids of its document, in a collection of your own shape: `chunk` for `chunkIdField`,
   * `parent` for `parentIdField`. Default `block_mongo_id` and `block_doc_id`. `maxBytes`: how many bytes of UTF-8 both hold. A document with
   * a longer id fails before it is sent. Default 1,024.
   */
  readonly idFields?: { readonly chunk?: string; readonly parent?: string; readonly maxBytes?: number };
}

export interface InferenceDefinition extends EndpointDefinition {
  /** The functions, at least one, each made by `chat({…})` or `responses({…})`. */
  readonly functions: readonly PromptFunctionDefinition[];
}

export interface BatchDefinition {
  /** Documents per batch file on both endpoints, at most the requests that the provider takes in one: 50,000 at OpenAI. */
  readonly batchSize?: number;
  /**
   * How long the provider may take for a batch, in hours or days: `24h`, `48h`, `7d`. OpenAI takes `24h` only. Default: the
   * setting COMPLETION_WINDOW, else `24h`.
   */
  readonly completionWindow?: CompletionWindow;
  /** The longest time between two polls of a batch, in seconds. Default: the setting POLL_INTERVAL, else 300. */
  readonly pollIntervalSeconds?: number;
  /** Retries of a request after its first attempt, 0 to 100. Default 3. */
  readonly maxRetries?: number;
  /**
   * Seconds within which a function in the definition (`process`, a preprocess function, a response template) must resolve for
   * a document, else the document fails. Default 30. Synchronous code that never returns cannot be stopped.
   */
  readonly codeTimeoutSeconds?: number;
}
