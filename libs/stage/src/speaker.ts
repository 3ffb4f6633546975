import { factOf, headersOf, type Clock, type Event, type Fact, type Ids } from '@batchmill/contracts';
import type { Bus, OutgoingMessage } from '@batchmill/bus';
import type { Step } from '@batchmill/records';
import { countEvent, describeSpan, traceparentOf, type Log } from '@batchmill/telemetry';

/** Carries out steps: the write with its facts, then the saying, then the mark that they were said. */
export class Speaker {
  /** True when a fact could not be said: it stays with its record, and is said again by the clock. */
  #behind = false;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
    private readonly source: string,
  ) {}

  /** True when the step was written. A fact that the bus does not take now does not undo it. */
  async carryOut(step: Step): Promise<boolean> {
    const at = this.clock.now();
    const traceparent = traceparentOf();
    const facts = step.events.map((event) => factOf(event, { id: this.ids.next(), at, traceparent }));
    if (!(await step.apply(facts))) return false;
    for (const event of step.events) {
      countEvent(event);
      describeSpan(countsIn(event));
    }
    // From here on the facts are true and stored with the record: a crash before the next line is mended by the clock.
    if (facts.length > 0) await this.#say(facts, step);
    return true;
  }

  /** Says facts again that were found unsaid; rejects when the bus does not take them. */
  async sayAgain(fact: Fact, said: (factId: string) => Promise<void>): Promise<void> {
    await this.bus.publish([messageOf(fact, this.source)]);
    await said(fact.id);
  }

  /** Tells once whether something was left unsaid since it was last asked. */
  takeBehind(): boolean {
    const behind = this.#behind;
    this.#behind = false;
    return behind;
  }

  async #say(facts: readonly Fact[], step: Step): Promise<void> {
    try {
      await this.bus.publish(facts.map((fact) => messageOf(fact, this.source)));
      for (const fact of facts) await step.said(fact.id);
    } catch (error) {
      this.#behind = true;
      this.log.warn('a fact could not be said yet; it is kept and said again', {
        recordId: step.recordId,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function messageOf(fact: Fact, source: string): OutgoingMessage {
  return { topic: fact.topic, key: fact.key, value: fact.data, headers: headersOf(fact, source) };
}

/** Ids and counts of a fact, for the span in which it came true. */
function countsIn(event: Event): Record<string, string | number> {
  const told = Object.entries(event).filter(
    (field): field is [string, string | number] =>
      typeof field[1] === 'number' || (typeof field[1] === 'string' && field[0].endsWith('Id')),
  );
  return Object.fromEntries(told.map(([name, value]) => [`batchmill.${name}`, value]));
}
