import type { CompletionWindow, Endpoint } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { RequestFields } from '@batchmill/provider';
import type { TokenLimitField } from '@batchmill/models';
import type { PromptTemplate, ValueTemplate } from '@batchmill/templates';
import type { ResponseSchema } from './check/check-response-schema.js';
import type { ParameterType, ParameterValue, ScalarType } from './definition/parameter-definitions.js';
import type { QueryFilter, UpdateOperators } from './definition/mongo-operators.js';
import type { ResponseFunction, UpdateFunction } from './definition/template-functions.js';
import type { Timing } from './schedule.js';

/** A checked definition with all defaults and with parsed templates. */
export interface Pipeline {
  readonly name: string;
  readonly file: string;
  readonly description: string | null;
  /** SHA-256 of everything that decides what is requested and written, with prompts and functions. */
  readonly hash: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly source: Source;
  readonly defaultEndpoint: Endpoint | null;
  readonly embeddings: EndpointPlan | null;
  readonly inference: EndpointPlan | null;
  readonly batch: BatchOptions;
  readonly spending: SpendingOptions;
  readonly schedules: readonly PipelineSchedule[];
}

/** In US dollars; null: there is no limit. */
export interface SpendingOptions {
  readonly maxUsdPerRun: number | null;
  readonly maxUsdPerDay: number | null;
}

export interface PipelineSchedule extends Timing {
  readonly request: {
    readonly endpoint?: Endpoint;
    readonly functions?: readonly string[];
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly limit?: number;
  };
}

export interface Parameter {
  readonly type: ParameterType;
  readonly default: ParameterValue | undefined;
  /** True when a run without it is rejected. */
  readonly required: boolean;
  readonly description: string | null;
}

export interface Source {
  readonly collection: string;
  readonly queryTemplate: QueryFilter | ((parameters: Readonly<Record<string, unknown>>) => unknown);
  readonly chunkIdField: string;
  readonly parentIdField: string;
  readonly documentIdField: string;
  readonly fieldMap: Readonly<Record<string, string>>;
  readonly preprocessFunctions: Readonly<Record<string, (value: unknown, document: SourceDocument) => unknown>>;
}

export interface Status {
  readonly field: string;
  readonly pending: string;
  readonly inProgress: string;
  readonly completed: string;
  readonly failed: string;
}

/** What a pipeline does on one endpoint. */
export interface EndpointPlan {
  readonly endpoint: Endpoint;
  readonly status: Status;
  readonly infoField: string;
  /** The field of a document's last error. */
  readonly errorField: string;
  readonly functions: readonly PipelineFunction[];
  readonly vectors: VectorTarget | null;
  /** Documents per batch file. */
  readonly batchSize: number;
  /** The user's part of the update that claims a document; null when there is none. */
  readonly updateTemplate: ValueTemplate<UpdateOperators | UpdateFunction> | null;
}

/** Where the vectors go. */
export interface VectorTarget {
  readonly collection: string;
  /** The name by which searches find the collection, once it is whole; null: they find it by its own. */
  readonly alias: string | null;
  readonly model: string;
  readonly dimensions: number;
  /** The fields of a vector that hold the id of its chunk and the id of the document that the chunk is part of. */
  readonly idFields: { readonly chunkId: string; readonly parentId: string };
  /** How many bytes an id may have. */
  readonly idBytes: number;
  /** The fields that say of what a vector was made. A collection that an earlier version made lacks them. */
  readonly originFields: { readonly textHash: string; readonly model: string };
  /** True: each run also looks for completed documents whose text has changed. */
  readonly isWatched: boolean;
  /** True: a run over all documents deletes, at its end, the vectors whose document is gone. */
  readonly isPruned: boolean;
  /** The fields of documents that are stored with their vectors. */
  readonly rowFields: readonly RowField[];
  /** The row field by whose values the collection is partitioned; null: by none. */
  readonly partitionField: string | null;
}

/** A field of the document that is stored with its vector. */
export interface RowField {
  readonly name: string;
  readonly type: ScalarType;
  /** The dotted path in the document. */
  readonly path: string;
  /** How many bytes of UTF-8 a text may have; null: it is no text. */
  readonly maxBytes: number | null;
  /** The value of documents that have none; null: they fail. */
  readonly default: RowFieldValue | null;
}

/** As it is stored. An integer is a bigint, and a date its milliseconds since 1970 as one. */
export type RowFieldValue = string | bigint | number | boolean;

export type PipelineFunction = EmbeddingFunction | PromptFunction;

export interface EmbeddingFunction {
  readonly kind: 'embedding';
  readonly name: 'embeddings';
  readonly url: '/v1/embeddings';
  readonly model: string;
  /** The model that `model` stands for. */
  readonly baseModel: string;
  readonly dimensions: number;
  /** False: `dimensions` is not sent. */
  readonly takesDimensions: boolean;
  /** Further fields of the requests. */
  readonly body: RequestFields;
  readonly text: TextToEmbed;
  readonly tooLong: 'fail' | 'truncate';
  /** True: a text is embedded once, and other documents with the same text take its vector. */
  readonly reuse: boolean;
}

/** Where the text of a document comes from. */
export type TextToEmbed =
  | { readonly kind: 'field'; readonly path: string }
  | { readonly kind: 'template'; readonly template: PromptTemplate }
  | { readonly kind: 'function'; readonly make: (document: SourceDocument) => unknown };

/** Requests take the answer to an earlier one that was the same. */
export interface ReuseOptions {
  /** An answer that is older is not taken; null: one of any age that is still kept. */
  readonly withinMs: number | null;
}

export interface PromptFunction {
  readonly kind: 'prompt';
  readonly name: string;
  readonly url: '/v1/chat/completions' | '/v1/responses';
  readonly model: string;
  /** The model that `model` stands for. */
  readonly baseModel: string;
  /** Null: none is sent. */
  readonly temperature: number | null;
  readonly maxTokens: number;
  readonly tokenLimitField: TokenLimitField;
  /** Further fields of the requests. */
  readonly body: RequestFields;
  /** Null: each request is sent. */
  readonly reuse: ReuseOptions | null;
  readonly system: PromptTemplate | null;
  readonly user: PromptTemplate;
  /** The name of a parameter; each of its items is a function of its own. */
  readonly forEach: string | null;
  readonly responseSchema: ResponseSchema | null;
  readonly process: ((response: object, document: SourceDocument) => unknown) | null;
  readonly responseContentField: string;
  /** Renders to the update that writes an answer, or to a promise of it. */
  readonly responseTemplate: ValueTemplate<UpdateOperators | ResponseFunction>;
}

export interface BatchOptions {
  readonly batchSize: { readonly embeddings: number; readonly inference: number };
  readonly completionWindow: CompletionWindow;
  readonly pollIntervalMs: number;
  readonly maxRetries: number;
  readonly codeTimeoutMs: number;
}

/** The endpoints that a pipeline offers: embeddings before inference. */
export function endpointPlansOf({ embeddings, inference }: Pick<Pipeline, 'embeddings' | 'inference'>): EndpointPlan[] {
  return [embeddings, inference].filter((endpointPlan) => endpointPlan !== null);
}
