import { events, topicOf, typeOf, type EventClass } from '@batchmill/contracts';
import { getMetadataStorage } from 'class-validator';

/** Every event with its topic, its key and its fields, from the classes that the services use. */
export function eventsPage(): string {
  const head = [
    '# Events',
    '',
    'Printed from the code by `npm run docs`. Values are JSON, headers are CloudEvents 1.0 (`ce_id`, `ce_type`, `ce_source`,',
    '`ce_time`, `ce_specversion`, `content-type`) and `traceparent`. Dead letters go to `<topic>.dlt`. Messages carry ids and',
    'counts, never contents. Input is recorded before its message is committed; everything else only wakes.',
    '',
    'A run can be asked for by hand, without key or headers:',
    '',
    '```json',
    '{"pipeline":"annual-reports","endpoint":"embeddings","parameters":{"companies":["JKHY"]},"limit":100}',
    '```',
  ];
  return `${[...head, ...events.flatMap(eventLines)].join('\n')}\n`;
}

function eventLines(event: EventClass): string[] {
  const kind = event.isInput ? 'Input.' : 'A fact.';
  return [
    '',
    `## ${event.event}`,
    '',
    `${event.means} ${kind} Topic \`${topicOf(event)}\`, type \`${typeOf(event)}\`.`,
    '',
    '| field | must be |',
    '|---|---|',
    ...fieldsOf(event).map(([field, rules]) => `| \`${field}\` | ${rules.join(', ')} |`),
  ];
}

function fieldsOf(event: EventClass): [string, string[]][] {
  const fields = new Map<string, string[]>();
  const found = getMetadataStorage().getTargetValidationMetadatas(event, '', false, false);
  for (const { propertyName, name, type, constraints } of found) {
    const rule = name ?? (type === 'conditionalValidation' ? 'optional' : type);
    const values = [constraints].flat().filter((one: unknown) => Array.isArray(one) || typeof one === 'number');
    const said = values.length === 0 ? rule : `${rule} ${JSON.stringify(values[0])}`;
    fields.set(propertyName, [...(fields.get(propertyName) ?? []), said]);
  }
  return [...fields.entries()].map(([field, rules]) => [field, rules.sort()]);
}
