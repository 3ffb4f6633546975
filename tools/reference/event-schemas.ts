import { installationHeader, type EventClass } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import { getMetadataStorage } from 'class-validator';
import { eventFields } from './event-fields.ts';

/** A JSON Schema, draft 7, which is also what AsyncAPI takes without naming a format. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

/**
 * The schema of each event by its name, in the order of the catalogue. It is made of the decorators by which a stage validates
 * a message, so the two cannot differ. A field that may be missing may also be null, and fields that are not named are
 * ignored: the sender may be newer.
 */
export function eventSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(events.map((event) => [event.event, schemaOf(event)]));
}

/** The headers of a message that Batchmill publishes. Programs of one's own may leave out all of them. */
export const headersSchema: JsonSchema = {
  type: 'object',
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', description: 'The same for every delivery of the event.' },
    ce_type: { type: 'string', description: 'The topic and the version of the event.' },
    ce_source: { type: 'string', description: 'The process that published it.' },
    ce_time: { type: 'string', format: 'date-time', description: 'When the event was recorded.' },
    'content-type': { const: 'application/json' },
    traceparent: { type: 'string', description: 'The W3C trace in which it was recorded.' },
    [installationHeader]: {
      type: 'string',
      description: 'The installation for which the message is. Missing: for every one.',
    },
  },
};

/** The file of all schemas. */
export function eventSchemasPage(): string {
  const page = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The events of Batchmill',
    description: 'Printed from the code by npm run docs. Validate a message of an event against its definition.',
    definitions: eventSchemas(),
  };
  return `${JSON.stringify(page, null, 2)}\n`;
}

function schemaOf(event: EventClass): JsonSchema {
  const rules = getMetadataStorage().getTargetValidationMetadatas(event, '', false, false);
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const { name, means } of eventFields(event)) {
    const own = rules.filter(({ propertyName }) => propertyName === name);
    const isOptional = own.some((rule) => nameOf(rule) === 'isOptional');
    const ofItems = own.filter(({ each }) => each).map((rule) => keywordsOf(event, rule));
    const ofField = own.filter(({ each }) => !each).map((rule) => keywordsOf(event, rule));
    const items = ofItems.length === 0 ? {} : { items: Object.assign({}, ...ofItems) as JsonSchema };
    const keywords = Object.assign({}, ...ofField, items) as JsonSchema;
    properties[name] = { ...(isOptional ? orNull(keywords) : keywords), ...(means !== '' && { description: means }) };
    if (!isOptional) required.push(name);
  }
  return { title: event.event, description: event.description, type: 'object', properties, required };
}

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

function nameOf({ name, type }: Rule): string {
  return name ?? (type === 'conditionalValidation' ? 'isOptional' : type);
}

/** The keywords that demand what a decorator does. Throws for one that has none yet: add it here. */
function keywordsOf(event: EventClass, rule: Rule): JsonSchema {
  const [argument] = [rule.constraints].flat() as unknown[]; // class-validator types its constraints as any
  const keywords = keywordsOfRule(nameOf(rule), argument, (rule.constraints as unknown[] | undefined)?.[0]);
  if (keywords === null) {
    throw new Error(
      `${event.event}: ${rule.propertyName}: no keyword of JSON Schema is known for ${nameOf(rule)}; add it to tools/reference/event-schemas.ts`,
    );
  }
  return keywords;
}

function keywordsOfRule(rule: string, argument: unknown, values: unknown): JsonSchema | null {
  switch (rule) {
    case 'isOptional':
      return {};
    case 'isString':
      return { type: 'string' };
    case 'isBoolean':
      return { type: 'boolean' };
    case 'isNumber':
      return { type: 'number' };
    case 'isInt':
      return { type: 'integer' };
    case 'isObject':
      return { type: 'object' };
    case 'isArray':
      return { type: 'array' };
    case 'areDocumentIds':
      return { type: ['string', 'number'] };
    case 'areLabels':
      return {
        type: 'object',
        maxProperties: (values as number[])[0],
        additionalProperties: { type: 'string', minLength: 1, maxLength: (values as number[])[1] },
      };
    case 'isNotEmpty':
      return { minLength: 1 };
    case 'arrayNotEmpty':
      return { minItems: 1 };
    case 'min':
      return { minimum: argument };
    case 'isIn':
      return { enum: values };
    case 'matches':
      return { type: 'string', pattern: (argument as RegExp).source };
    case 'isIso8601':
      return { type: 'string', format: 'date-time' };
    default:
      return null;
  }
}

function orNull({ type, enum: values, ...keywords }: JsonSchema): JsonSchema {
  return {
    ...(type !== undefined && { type: [type, 'null'].flat() }),
    ...(values !== undefined && { enum: [...(values as unknown[]), null] }),
    ...keywords,
  };
}
