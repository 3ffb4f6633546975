import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Min,
  ValidateBy,
} from 'class-validator';
import { Event, type FieldsOf } from './event.js';

/** Which half of a pipeline a run executes. The provider's URL paths follow from it and from the function. */
export const endpoints = ['embeddings', 'inference'] as const;
export type Endpoint = (typeof endpoints)[number];

/**
 * Which ended documents a run takes. `missing`: those that lack functions, and no pending ones. Beside these and the pending ones,
 * `failed`: those that failed, for their functions that failed. `stale`: those whose text is another one since their vector was made.
 * `all`: all, for all its functions.
 */
export const redos = ['missing', 'failed', 'stale', 'all'] as const;
export type Redo = (typeof redos)[number];

/** Run ids are part of file names, keys and the provider's metadata. */
export const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** `20m`, `2h`, `1d`, or a time in ISO 8601 with its zone. */
export const deadlinePattern =
  /^(?:[1-9]\d{0,4}(?:s|m|h|d)|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))$/;

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The time that a `deadline` means. Null: it is no time. */
export function deadlineAfter(deadline: string, start: Date): Date | null {
  if (!deadlinePattern.test(deadline)) return null;
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(deadline) ?? [];
  const at = count === undefined ? new Date(deadline) : new Date(start.getTime() + Number(count) * (unitMs[unit] ?? 0));
  return Number.isNaN(at.getTime()) ? null : at;
}

/** At most this many labels, each of at most this many characters. */
const mostLabels = { count: 16, characters: 128 };

export class RunRequested extends Event {
  static readonly event = 'run.requested';
  static readonly version = 1;
  static readonly description = 'Asks for a pipeline to be run.';
  static readonly isInput = true;

  /** Missing: derived from the message, so that a second delivery gives the same run. */
  @IsOptional()
  @Matches(runIdPattern)
  runId?: string;

  @IsString()
  @IsNotEmpty()
  pipeline!: string;

  /** Missing: the only endpoint of the pipeline, else the only one with these functions, else the default. */
  @IsOptional()
  @IsIn(endpoints)
  endpoint?: Endpoint;

  /** Missing: all functions of the endpoint. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  @ArrayNotEmpty()
  functions?: string[];

  @IsOptional()
  @IsObject()
  parameters?: Record<string, unknown>;

  /** Restricts the run to documents with these ids. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @AreDocumentIds()
  documents?: (string | number)[];

  /** The most documents that the run takes. */
  @IsOptional()
  @IsInt()
  @Min(1)
  limit?: number;

  /** Which ended documents are run again. Missing: pending documents are run, and ended ones for the functions that they lack. */
  @IsOptional()
  @IsIn(redos)
  redo?: Redo;

  /** The most that the run may spend, in US dollars. Missing: the limit of the pipeline or of the settings, if there is one. */
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  maxUsd?: number;

  /**
   * When all of it is to be done: a time from its start (`20m`, `2h`), or a time in ISO 8601. What the provider's batches would miss is
   * sent to its synchronous endpoints, at their price. Missing: batches take as long as they take.
   */
  @IsOptional()
  @Matches(deadlinePattern)
  deadline?: string;

  /** Texts by which costs can be told apart, such as a team or a customer. */
  @IsOptional()
  @AreLabels()
  labels?: Record<string, string>;

  constructor(fields: FieldsOf<RunRequested>) {
    super();
    Object.assign(this, fields);
  }

  key(): string | null {
    return this.runId ?? null;
  }
}

function AreLabels(): PropertyDecorator {
  return ValidateBy({
    name: 'areLabels',
    constraints: [[mostLabels.count, mostLabels.characters]],
    validator: {
      validate: (labels: unknown) => {
        if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return false;
        const entries = Object.entries(labels);
        const isShort = (text: unknown) =>
          typeof text === 'string' && text !== '' && text.length <= mostLabels.characters;
        return entries.length <= mostLabels.count && entries.every((entry) => entry.every(isShort));
      },
      defaultMessage: () =>
        `labels must be at most ${mostLabels.count} texts by their names, each of 1 to ${mostLabels.characters} characters`,
    },
  });
}

/** Each item of a list is an id as JSON can write it: a string, or a number that JavaScript does not round. */
function AreDocumentIds(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'areDocumentIds',
      validator: {
        validate: (id) =>
          typeof id === 'string' || (typeof id === 'number' && (!Number.isInteger(id) || Number.isSafeInteger(id))),
        defaultMessage: () => 'each of documents must be a string or a number of at most 15 digits',
      },
    },
    { each: true },
  );
}
