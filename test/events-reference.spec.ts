import { events } from '@batchmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFields } from '../tools/reference/event-fields.js';
import { listenersTo, speakersOf } from '../tools/reference/event-traffic.js';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/events.md'), 'utf8');
const sections = new Map(page.split('\n## ').map((text) => [text.split('\n')[0], text]));

describe('docs/reference/events.md', () => {
  it.each(events.map((event) => [event.event, event] as const))(
    'S4: says topic, key, sides and typed fields of an event: %s',
    (name, event) => {
      const fields = eventFields(event);

      expect(sections.get(name)).toMatch(/\| topic \| `batchmill\.[\w.-]+` \|[^]*\| key \| `\w+Id`/);
      expect(fields.map(({ type }) => type)).not.toContain('``');
      expect(fields.map((field) => field.name)).not.toEqual([]);
      expect(speakersOf(event)).not.toEqual([]);
    },
  );

  it('a listener that is only woken is told from one that takes the event in', () => {
    const [requested] = events;

    expect(listenersTo(requested!)).toEqual([
      'chunk-scanner (takes it in)',
      'chunk-scanner (is woken for what is requested)',
    ]);
  });
});
