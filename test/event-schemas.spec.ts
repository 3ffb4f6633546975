import { Parser } from '@asyncapi/parser';
import { stages } from '@batchmill/all-in-one';
import { topicOf, typeOf, type Event, type EventClass } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import { TestEngine } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync } from 'class-validator';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFields } from '../tools/reference/event-fields.js';
import { eventSchemas, headersSchema, type JsonSchema } from '../tools/reference/event-schemas.js';
import { manyNotes, notes } from './end-to-end/notes-pipeline.js';
import { requestCancel, runToTheEnd } from './end-to-end/runs.js';
import { injectFaults } from './end-to-end/simulated-provider.js';

const page = (name: string): string => readFileSync(join(import.meta.dirname, '../docs/reference', name), 'utf8');
const { definitions } = JSON.parse(page('events.schema.json')) as { definitions: Record<string, JsonSchema> };
/** Times are published as JavaScript writes them. */
const ajv = new Ajv({ allowUnionTypes: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } });
/** 0: an error, 1: a warning, greater: a hint. The parser's enumeration is declared twice, by versions that do not compare. */
const severityOf = (severity: number): number => severity;
const named = events.map((event) => [event.event, event] as const);

describe('docs/reference/asyncapi.yaml', () => {
  it('S4: AsyncAPI’s own parser takes it without an error or a warning', async () => {
    const { document, diagnostics } = await new Parser().parse(page('asyncapi.yaml'));

    const found = diagnostics
      .filter(({ severity }) => severityOf(severity) <= 1)
      .map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(found).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(events.map(topicOf));
    expect(
      document
        ?.allMessages()
        .all()
        .map((message) => message.name()),
    ).toEqual(events.map(typeOf));
    expect(document?.operations().filterByReceive().length).toBe(events.filter(({ isInput }) => isInput).length);
  });

  it('S4: the parser finds a mistake in it', async () => {
    const { diagnostics } = await new Parser().parse(page('asyncapi.yaml').replace('action: receive', 'action: take'));

    expect(diagnostics.filter(({ severity }) => severityOf(severity) === 0)).not.toEqual([]);
  });
});

describe('docs/reference/events.schema.json', () => {
  /** Values that some rule refuses. */
  const odd = [
    null,
    '',
    'some text',
    '-',
    0,
    -1,
    0.5,
    1,
    true,
    [],
    [''],
    ['a'],
    [1],
    [{}],
    {},
    '2026-01-01T00:00:00.000Z',
  ];

  it.each(named)('S4: a schema takes and refuses what the stages do, whatever is in a field: %s', (_, event) => {
    const takes = ajv.compile(definitions[event.event]!);
    const valid = validFieldsOf(event);
    expect([isTaken(event, valid), takes(valid)]).toEqual([true, true]);

    const differences = eventFields(event).flatMap(({ name }) => {
      const without = Object.fromEntries(Object.entries(valid).filter(([field]) => field !== name));
      const variants = [without, ...odd.map((value) => ({ ...valid, [name]: value }))];
      return variants.filter((fields) => isTaken(event, fields) !== takes(fields));
    });
    expect(differences).toEqual([]);
  });

  it('S4: has no definition but those of the catalogue', () => {
    expect(Object.keys(definitions)).toEqual(events.map(({ event }) => event));
    expect(definitions).toEqual(eventSchemas());
  });
});

describe('the messages of runs', () => {
  let bundle: TestEngine;
  beforeAll(async () => {
    bundle = await TestEngine.open({ pipelines: [notes], work: { backoffMs: 20 } });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(6));
    await bundle.start(stages);
  });
  afterAll(() => bundle.close());

  it('S4: every message fits the schemas of its event and of the headers', async () => {
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, times: 1 });
    await runToTheEnd(bundle, { runId: 'embedded', pipeline: 'notes', endpoint: 'embeddings' });
    await runToTheEnd(bundle, { runId: 'rejected', pipeline: 'nothing-such' });
    await runToTheEnd(bundle, {
      runId: 'answered',
      pipeline: 'notes',
      endpoint: 'inference',
      limit: 2,
      functions: ['summary'],
    });
    await requestCancel(bundle, 'answered');

    const takesHeaders = ajv.compile({ ...headersSchema, required: ['ce_id', 'ce_type', 'ce_time', 'content-type'] });
    const kinds = new Map<string, number>();
    for (const event of events) {
      const takes = ajv.compile(definitions[event.event]!);
      for await (const { value, headers } of bundle.engine.bus.read(topicOf(event))) {
        kinds.set(event.event, (kinds.get(event.event) ?? 0) + 1);
        expect({ value: String(value), fits: takes(JSON.parse(String(value))), errors: takes.errors }).toMatchObject({
          fits: true,
        });
        expect({ headers, fits: takesHeaders(headers) }).toMatchObject({ fits: true });
        expect(headers['ce_type']).toBe(typeOf(event));
      }
    }
    expect([...kinds.keys()]).toEqual([
      'run.requested',
      'run.cancel-requested',
      'run.accepted',
      'run.rejected',
      'chunks.selected',
      'batch-file.built',
      'batch.submitted',
      'batch.settled',
      'results.ingested',
      'documents.retry-scheduled',
      'run.finished',
    ]);
  });
});

function isTaken(event: EventClass, fields: object): boolean {
  const made = plainToInstance(event as unknown as ClassConstructor<Event>, fields);
  return validateSync(made, { forbidUnknownValues: true }).length === 0;
}

/** One value that fits for each field, from its schema. */
function validFieldsOf(event: EventClass): Record<string, unknown> {
  const { properties } = definitions[event.event] as { properties: Record<string, JsonSchema> };
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, exampleOf(schema)]));
}

/** Texts of which one fits each pattern. */
const exampleTexts = ['text', '20m'];

function exampleOf({ type, enum: values, items, format, pattern }: JsonSchema): unknown {
  if (Array.isArray(values)) return values[0];
  if (format === 'date-time') return '2026-01-01T00:00:00.000Z';
  switch ([type].flat()[0]) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [exampleOf(items as JsonSchema)];
    case 'object':
      return {};
    default:
      return exampleTexts.find((text) => typeof pattern !== 'string' || new RegExp(pattern).test(text));
  }
}
