import type { Clock } from '@batchmill/contracts';
import { amountOf, answeredShareOf, partOf, type ModelWork } from '../forecast/run-work.js';
import type { RunWorks } from '../forecast/run-works.js';
import type { Rates } from '../rates/rates.js';
import type { Run, Runs } from '../runs.js';
import {
  forecastDeadline,
  type Calls,
  type DeadlineForecast,
  type ModelNeed,
  type Unfinished,
} from './deadline-forecast.js';

/** A forecast is used again for this long: all batches of a run ask for it. */
const keptMs = 2_000;

export interface DeadlineSources {
  readonly runs: Runs;
  readonly works: RunWorks;
  readonly rates: Rates;
  readonly clock: Clock;
  /** The account for which calls are made. */
  readonly account: () => string;
}

/** The forecasts of runs that have a deadline, from their claims and batches, and from those of runs that share the rate limits. */
export class DeadlineForecasts {
  readonly #kept = new Map<string, { readonly until: number; readonly forecast: Promise<DeadlineForecast> }>();

  constructor(private readonly sources: DeadlineSources) {}

  /** Null: the run has no deadline. */
  async of(run: Run | null): Promise<DeadlineForecast | null> {
    if (run?.deadlineAt == null) return null;
    const { clock } = this.sources;
    const now = clock.now().getTime();
    for (const [id, { until }] of this.#kept) if (now >= until) this.#kept.delete(id);
    const kept = this.#kept.get(run._id);
    if (kept !== undefined) return kept.forecast;
    const forecast = this.#forecast(run, run.deadlineAt);
    // Those who ask while it is made get the same, and it is kept from its end on.
    this.#kept.set(run._id, { until: Infinity, forecast });
    try {
      const made = await forecast;
      this.#kept.set(run._id, { until: clock.now().getTime() + keptMs, forecast });
      return made;
    } catch (error) {
      this.#kept.delete(run._id);
      throw error;
    }
  }

  async #forecast(run: Run, deadlineAt: Date): Promise<DeadlineForecast> {
    const { works, rates, account } = this.sources;
    const { models } = await works.of(run);
    const others = await this.#othersBefore(run, deadlineAt);
    // A model may be used at two of the provider's paths, at one rate.
    const needs = [...new Set(models.map(({ model }) => model))].map(async (model): Promise<ModelNeed> => {
      const ofModel = models.filter((work) => work.model === model);
      return {
        model,
        perMinute: (await rates.of(account(), model)).perMinute,
        batches: ofModel.flatMap(unfinishedIn),
        unbuilt: ofModel.map(({ unbuilt }): Calls => unbuilt).reduce(addCalls, noCalls),
        rests: ofModel.flatMap(({ rests }) => rests),
        others: others.get(model) ?? noCalls,
      };
    });
    return forecastDeadline({ deadlineAt, models: await Promise.all(needs) });
  }

  /** What other runs send to each model before then, at the most: those with an earlier deadline, and what they have begun to send. */
  async #othersBefore(run: Run, deadlineAt: Date): Promise<ReadonlyMap<string, Calls>> {
    const calls = new Map<string, Calls>();
    for await (const other of this.sources.runs.withDeadline()) {
      if (other._id === run._id || other.deadlineAt == null) continue;
      const isEarlier = other.deadlineAt <= deadlineAt;
      for (const work of (await this.sources.works.of(other)).models) {
        const batches = work.unfinished.filter(({ synchronous }) => isEarlier || synchronous != null);
        const left = batches.map((batch) => partOf(amountOf(batch), 1 - answeredShareOf(batch)));
        const later = isEarlier ? [work.unbuilt, ...work.rests] : [];
        for (const amount of [...left, ...later]) {
          calls.set(work.model, addCalls(calls.get(work.model) ?? noCalls, amount));
        }
      }
    }
    return calls;
  }
}

function unfinishedIn({ unfinished }: ModelWork): Unfinished[] {
  return unfinished.map((batch) => {
    const answeredShare = answeredShareOf(batch);
    const { calls, tokens } = partOf(amountOf(batch), 1 - answeredShare);
    return {
      batchId: batch._id,
      claimId: batch.claimId,
      isAtProvider: batch.state === 'submitted',
      answeredShare,
      calls,
      tokens,
    };
  });
}

const noCalls: Calls = { calls: 0, tokens: 0 };

function addCalls(one: Calls, other: Calls): Calls {
  return { calls: one.calls + other.calls, tokens: one.tokens + other.tokens };
}
