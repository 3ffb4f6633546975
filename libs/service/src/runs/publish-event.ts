import { factOf, headersOf, type Event } from '@batchmill/contracts';
import { traceparentOf } from '@batchmill/telemetry';
import type { Line } from '../line.js';

/** Says an event as any producer would: a request, or a wish. */
export async function publishEvent({ bus, ids, clock }: Line, event: Event): Promise<void> {
  const fact = factOf(event, { id: ids.next(), at: clock.now(), traceparent: traceparentOf() });
  const headers = headersOf(fact, '/batchmill/client');
  await bus.publish([{ topic: fact.topic, key: fact.key, value: fact.data, headers }]);
}
