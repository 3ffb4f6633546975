import { events } from '@batchmill/contracts/events';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFields } from '../tools/reference/event-fields.js';
import { consumersOf, producersOf } from '../tools/reference/event-traffic.js';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/events.md'), 'utf8');
const sections = new Map(page.split('\n## ').map((text) => [text.split('\n')[0], text]));

describe('docs/reference/events.md', () => {
  it.each(events.map((event) => [event.event, event] as const))(
    'S4: the page has topic, key, producers, consumers and typed fields of each event: %s',
    (name, event) => {
      const fields = eventFields(event);

      expect(sections.get(name)).toMatch(/\| topic \| `batchmill\.[\w.-]+` \|[^]*\| key \| `\w+Id`/);
      expect(fields.map(({ type }) => type)).not.toContain('``');
      expect(fields.map((field) => field.name)).not.toEqual([]);
      expect(producersOf(event)).not.toEqual([]);
    },
  );

  it('a stage that an event only signals is listed differently from one that records it', () => {
    const [requested] = events;

    expect(consumersOf(requested!)).toEqual([
      'chunk-scanner (records it)',
      'chunk-scanner (signal for requested records)',
    ]);
  });
});
