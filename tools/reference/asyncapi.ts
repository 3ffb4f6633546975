import { topicOf, typeOf, type EventClass } from '@batchmill/contracts';
import { events } from '@batchmill/contracts/events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventSchemas, headersSchema } from './event-schemas.ts';
import { consumersOf, producersOf } from './event-traffic.ts';

/** The topics and events as an AsyncAPI 3.0 document, from the side of Batchmill: it receives input, and sends the rest. */
export function asyncApiPage(): string {
  const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Batchmill',
      version,
      description:
        'The topics of Batchmill. Messages carry ids and counts, never contents. A message that cannot be used goes to <topic>.dlt. ' +
        'BATCHMILL_TOPIC_PREFIX is in front of every topic.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(events.map((event) => [event.event, channelOf(event)])),
    operations: Object.fromEntries(events.map((event) => [operationName(event), operationOf(event)])),
    components: {
      messages: Object.fromEntries(events.map((event) => [event.event, messageOf(event)])),
      schemas: { headers: headersSchema, ...eventSchemas() },
    },
  };
  return `# Printed from the code by npm run docs.\n${stringify(document, { lineWidth: 130, aliasDuplicateObjects: false })}`;
}

function channelOf(event: EventClass): object {
  return {
    address: topicOf(event),
    description: event.description,
    messages: { [event.event]: { $ref: `#/components/messages/${event.event}` } },
    'x-published-by': producersOf(event).map((name) => name.replaceAll('`', '')),
    'x-consumed-by': consumersOf(event),
  };
}

function operationOf(event: EventClass): object {
  return {
    action: event.isInput ? 'receive' : 'send',
    channel: { $ref: `#/channels/${event.event}` },
    summary: event.description,
    messages: [{ $ref: `#/channels/${event.event}/messages/${event.event}` }],
  };
}

function operationName(event: EventClass): string {
  return `${event.isInput ? 'receive' : 'send'}.${event.event}`;
}

function messageOf(event: EventClass): object {
  return {
    name: typeOf(event),
    title: event.event,
    summary: event.description,
    headers: { $ref: '#/components/schemas/headers' },
    payload: { $ref: `#/components/schemas/${event.event}` },
    bindings: { kafka: { key: { type: 'string' } } },
  };
}
