import type { startTracing } from '@batchmill/telemetry';

type SpanProcessor = NonNullable<NonNullable<Parameters<typeof startTracing>[0]>['processors']>[number];
type Span = Parameters<SpanProcessor['onEnd']>[0];

interface Busy {
  open: number;
  since: number;
  totalMs: number;
}

/** How long each stage worked on at least one record, from the spans that the engine makes in any case. */
export class BusyTime implements SpanProcessor {
  readonly #stages = new Map<string, Busy>();

  onStart(span: Span): void {
    const busy = this.#busyOf(span);
    if (busy === null) return;
    if (busy.open === 0) busy.since = performance.now();
    busy.open += 1;
  }

  onEnd(span: Span): void {
    const busy = this.#busyOf(span);
    if (busy === null) return;
    busy.open -= 1;
    if (busy.open === 0) busy.totalMs += performance.now() - busy.since;
  }

  stagesMs(): Record<string, number> {
    return Object.fromEntries([...this.#stages].map(([stage, { totalMs }]) => [stage, totalMs]));
  }

  async forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  async shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Null for spans of received messages and of periodic tasks. */
  #busyOf({ attributes }: Span): Busy | null {
    const stage = attributes['batchmill.stage'];
    if (typeof stage !== 'string' || attributes['batchmill.record'] === undefined) return null;
    const known = this.#stages.get(stage);
    if (known !== undefined) return known;
    const busy = { open: 0, since: 0, totalMs: 0 };
    this.#stages.set(stage, busy);
    return busy;
  }
}
