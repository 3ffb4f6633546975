import { installationHeader, topicOf, typeOf, type EventClass } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import { eventFields } from './event-fields.ts';
import { consumersOf, producersOf } from './event-traffic.ts';

/** Every event with its topic, key, producers, consumers and fields, from the classes and stages that use it. */
export function eventsPage(): string {
  const head = [
    '# Events',
    '',
    'Printed from the code by `npm run docs`. Values are JSON, headers are CloudEvents 1.0 (`ce_id`, `ce_type`, `ce_source`,',
    '`ce_time`, `ce_specversion`, `content-type`) and `traceparent`. Dead letters go to `<topic>.dlt`. Messages carry ids and',
    'counts, never contents. Input is recorded before its message is committed; every other event is only a signal.',
    '',
    '`BATCHMILL_TOPIC_PREFIX` is in front of every topic, dead letter topic and consumer group; the topics below are without it.',
    `A message of ours names its installation in the header \`${installationHeader}\`. A message for another installation is`,
    'ignored. Programs of your own leave the header out: their messages are for whoever reads the topic.',
    '',
    'The same for programs: [asyncapi.yaml](asyncapi.yaml) is an AsyncAPI 3.0 document, [events.schema.json](events.schema.json) has a',
    'JSON Schema of each event. Both are made of the rules by which the stages validate messages.',
    '',
    'A run can be requested by hand, without key or headers:',
    '',
    '```json',
    '{"pipeline":"annual-reports","endpoint":"embeddings","parameters":{"companies":["JKHY"]},"limit":100}',
    '```',
  ];
  return `${[...head, ...events.flatMap(eventLines)].join('\n')}\n`;
}

function eventLines(event: EventClass): string[] {
  return [
    '',
    `## ${event.event}`,
    '',
    `${event.description} ${event.isInput ? 'Input.' : 'An event.'}`,
    '',
    '| | |',
    '|---|---|',
    `| topic | \`${topicOf(event)}\` |`,
    `| type, version | \`${typeOf(event)}\`, ${event.version} |`,
    `| key | ${keyOf(event)} |`,
    `| published by | ${listed(producersOf(event))} |`,
    `| consumed by | ${listed(consumersOf(event))} |`,
    '',
    '| field | type | must be | means |',
    '|---|---|---|---|',
    ...eventFields(event).map(({ name, type, rules, means }) => `| \`${name}\` | ${type} | ${rules} | ${means} |`),
  ];
}

/** The field that an event takes its key from, found by an event whose fields have their own names as values. */
function keyOf(event: EventClass): string {
  const keyWith = (fields: object): string | null => new event(fields as never).key(); // any fields will do
  const key = keyWith(Object.fromEntries(eventFields(event).map(({ name }) => [name, name])));
  if (key === null) return 'none';
  return `\`${key}\`${keyWith({}) === null ? '; none when it is missing' : ''}`;
}

function listed(stages: readonly string[]): string {
  return stages.length === 0 ? 'none' : stages.join(', ');
}
