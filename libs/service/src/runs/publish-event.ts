import { envelopeOf, headersOf, type Event } from '@batchmill/contracts';
import { traceparentOf } from '@batchmill/telemetry';
import type { Engine } from '../engine.js';

/** Says an event as any producer would: a request, or a wish. */
export async function publishEvent({ bus, ids, clock }: Engine, event: Event): Promise<void> {
  const envelope = envelopeOf(event, { id: ids.next(), at: clock.now(), traceparent: traceparentOf() });
  const headers = headersOf(envelope, '/batchmill/client');
  await bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
}
