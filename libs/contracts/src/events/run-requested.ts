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
import { deadlinePattern, endpoints, redos, runIdPattern, type Endpoint, type Redo } from '../run-terms.js';
import { Event, type FieldsOf } from './event.js';

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
