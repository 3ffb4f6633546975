import { Event, ValidationError, type EventClass } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import { IsArray, IsBoolean, IsNumber, IsOptional, IsString, validateSync } from 'class-validator';

interface FieldValues {
  readonly string: string;
  readonly 'string[]': readonly string[];
  readonly number: number;
  readonly boolean: boolean;
}

export type EventFieldType = keyof FieldValues;

/** A type, for a field that every event has, or a type with options. */
export type EventFieldDefinition =
  | EventFieldType
  | {
      readonly type: EventFieldType;
      /** False: the field may be missing. Default true. */
      readonly required?: boolean;
      readonly description?: string;
    };

export type EventFieldDefinitions = Readonly<Record<string, EventFieldDefinition>>;

type ValueOf<D> = D extends EventFieldType
  ? FieldValues[D]
  : D extends { readonly type: infer T extends EventFieldType }
    ? FieldValues[T]
    : never;

type OptionalIn<F> = { [Name in keyof F]: F[Name] extends { readonly required: false } ? Name : never }[keyof F];

/** The fields of an event, with the types of their definitions. */
export type EventFieldsOf<F extends EventFieldDefinitions> = {
  readonly [Name in Exclude<keyof F, OptionalIn<F>>]: ValueOf<F[Name]>;
} & { readonly [Name in OptionalIn<F>]?: ValueOf<F[Name]> };

/** The argument of `defineEvent`. */
export interface EventDefinition<F extends EventFieldDefinitions> {
  /** In the past tense: `letter.filed`. Its topic is `batchmill.letter.filed`. */
  readonly name: string;
  /** Raised when a field changes its meaning. Default 1. */
  readonly version?: number;
  /** One sentence. */
  readonly description: string;
  /** Ids and counts, never contents. */
  readonly fields: F;
  /** Events of one key keep their order. Missing: they have none. */
  readonly key?: (fields: EventFieldsOf<F>) => string;
}

/** An event of one's own. `new` throws a ValidationError `event.invalid` for fields that are not those of the definition. */
export interface DefinedEvent<F extends EventFieldDefinitions> {
  new (fields: EventFieldsOf<F>): Event & EventFieldsOf<F>;
  readonly event: string;
  readonly version: number;
  readonly description: string;
  readonly isInput: boolean;
}

const namePattern = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/;
const fieldPattern = /^[A-Za-z]\w*$/;
/** What events are made of besides their fields. */
const reservedFields = ['key', 'constructor'];

const rules: { readonly [T in EventFieldType]: readonly PropertyDecorator[] } = {
  string: [IsString()],
  'string[]': [IsArray(), IsString({ each: true })],
  number: [IsNumber()],
  boolean: [IsBoolean()],
};

/**
 * Defines an event that consumers publish and consume. Its messages are validated as those of the stages are: a message with
 * wrong fields becomes a dead letter. Throws a ValidationError `event.invalid-definition`.
 */
export function defineEvent<const F extends EventFieldDefinitions>(definition: EventDefinition<F>): DefinedEvent<F> {
  const { name, version = 1, description, fields, key } = definition;
  checkDefinition(definition);
  const defined = class extends Event {
    static readonly event = name;
    static readonly version = version;
    static readonly description = description;
    static readonly isInput = false;

    /** Without fields: they are filled in from a message, and validated then. */
    constructor(values?: EventFieldsOf<F>) {
      super();
      if (values === undefined) return;
      Object.assign(this, values);
      const violations = validateSync(this, { whitelist: true, forbidNonWhitelisted: true });
      if (violations.length === 0) return;
      const problems = violations.flatMap(({ constraints }) => Object.values(constraints ?? {}));
      throw new ValidationError('event.invalid', `${name}: ${problems.join('; ')}`);
    }

    key(): string | null {
      // The fields were validated when it was made.
      return key === undefined ? null : key(this as unknown as EventFieldsOf<F>);
    }
  };
  for (const [field, given] of Object.entries<EventFieldDefinition>(fields)) {
    const { type, required = true } = typeof given === 'string' ? { type: given } : given;
    for (const rule of [...(required ? [] : [IsOptional()]), ...rules[type]]) rule(defined.prototype, field);
  }
  return defined as unknown as DefinedEvent<F>;
}

/** Whether a value is the class of an event. */
export function isEventClass(value: unknown): value is EventClass {
  return typeof value === 'function' && value.prototype instanceof Event && 'event' in value;
}

function checkDefinition({ name, fields }: Pick<EventDefinition<EventFieldDefinitions>, 'name' | 'fields'>): void {
  if (!namePattern.test(name)) throw invalid(name, 'name', name, 'words in lower case with dots between: letter.filed');
  if (events.some(({ event }) => event === name)) throw invalid(name, 'name', name, 'a name that no stage publishes');
  for (const [field, given] of Object.entries(fields)) {
    if (!fieldPattern.test(field) || reservedFields.includes(field))
      throw invalid(name, 'fields', field, `another name: letters and digits, not ${reservedFields.join(' or ')}`);
    const type: string = typeof given === 'string' ? given : given.type;
    if (!(type in rules)) throw invalid(name, `fields.${field}`, type, `one of ${Object.keys(rules).join(', ')}`);
  }
}

function invalid(event: string, place: string, found: unknown, expected: string): ValidationError {
  return new ValidationError(
    'event.invalid-definition',
    `event ${event}: ${place}: found ${JSON.stringify(found)}, expected ${expected}`,
  );
}
