import type { PriceBook } from '@batchmill/models';
import type { SourceDocument } from '@batchmill/documents';
import type { FileLimits, Rendering } from '@batchmill/provider';
import { tooLarge } from '../batches/batch-filling.js';
import { fillingLimits, type LearnedLimits } from '../batches/filling-limits.js';
import { isLarge, trialOf } from '../batches/first-claim.js';
import { modelsOf, type ModelFunctions } from '../batches/models-of.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { Estimate, EstimatedCost, ModelEstimate, Range, UnaskedDocuments } from './estimate.js';
import { expectAnswers, type EarlierAnswers } from './expect-answers.js';
import { measureDocument, type MeasureOptions, type MeasuredDocument } from './measure-document.js';
import { ModelSum } from './model-sum.js';

export interface EstimateOptions {
  readonly prices: PriceBook;
  readonly at: Date;
  /** What the provider takes in one file. */
  readonly providerLimits: FileLimits;
  /** Default: none, so that a share of the longest answer is expected. */
  readonly earlier?: readonly EarlierAnswers[];
  /** By model. Default: nothing is known of its queue. */
  readonly learned?: ReadonlyMap<string, LearnedLimits>;
  /** By the settings; 0 is the default: runs have no trial. */
  readonly trialDocuments?: number;
  /** The most documents of the run. */
  readonly limit?: number | undefined;
}

/**
 * Estimates a run, document by document in the order in which the scan takes them. Claims and batches are made by the same rules as
 * those of the run, so that their number is that of the run as long as nothing is sent again.
 */
export class RunEstimate {
  readonly #models: readonly ModelFunctions[];
  readonly #sums: readonly ModelSum[];
  readonly #measuring: MeasureOptions;
  readonly #batchSize: number;
  readonly #trial: number | null;
  readonly #unasked = new Map<string, { message: string; documents: number }>();
  /** The first documents, until it is known whether the run is large; null: it is. */
  #first: MeasuredDocument[] | null;
  #documents = 0;
  #reused = 0;
  #claimSize: number;
  #claimed = 0;

  constructor(
    private readonly plan: RunPlan,
    { prices, at, providerLimits, earlier = [], learned = new Map(), trialDocuments = 0, limit }: EstimateOptions,
  ) {
    this.#models = modelsOf(plan);
    this.#batchSize = plan.endpointPlan.batchSize;
    this.#trial = trialOf({ batchSize: this.#batchSize, trialDocuments, limit });
    this.#first = this.#trial === null ? null : [];
    this.#claimSize = this.#batchSize;
    this.#measuring = { models: this.#models, expected: expectAnswers(plan, earlier), prices, at };
    const learnedOf = this.#models.map(({ model }) => learned.get(model));
    const limits = fillingLimits(plan, providerLimits, learnedOf);
    this.#sums = this.#models.map((named) => new ModelSum({ named, limits, prices, at }));
  }

  /**
   * What a document adds. `functions`: those that the run would request of it; `rendering`: of these; `reused`: those of them that take
   * the answer to an earlier request. Default: none.
   */
  measure(
    document: SourceDocument,
    functions: readonly string[],
    rendering: Rendering,
    reused: ReadonlySet<string> = new Set(),
  ): MeasuredDocument {
    return measureDocument(this.plan, { document, functions, rendering, reused }, this.#measuring);
  }

  /** Adds the next document of the scan. */
  add(document: MeasuredDocument): void {
    this.#documents += 1;
    if (this.#first === null) {
      this.#claim(document);
      return;
    }
    this.#first.push(document);
    if (isLarge(this.#first.length, this.#batchSize)) this.#claimFirst(this.#trial ?? this.#batchSize);
  }

  /** Adds so many documents that are like these, which are spread evenly over them. Null: one of which nothing is requested. */
  addAlike(sample: readonly (MeasuredDocument | null)[], documents: number): void {
    for (let index = 0; index < documents; index += 1) {
      const alike = sample[Math.floor((index * sample.length) / documents)];
      if (alike != null) this.add(alike);
    }
  }

  /** Ends the scan. `sampled`: the documents that were measured. Default: all. */
  end(sampled: number = this.#documents): Estimate {
    this.#claimFirst(this.#batchSize);
    this.#endClaim();
    const models = this.#sums.map((sum) => sum.estimate()).filter(({ requests }) => requests > 0);
    const total = (pick: (estimate: ModelEstimate) => number): number =>
      models.reduce((sum, estimate) => sum + pick(estimate), 0);
    const names = new Set(models.map(({ model }) => model));
    return {
      documents: this.#documents,
      sampled,
      requests: total(({ requests }) => requests),
      reused: this.#reused,
      batches: total(({ batches }) => batches),
      inputTokens: total(({ inputTokens }) => inputTokens),
      expectedOutputTokens: total(({ expectedOutputTokens }) => expectedOutputTokens),
      maxOutputTokens: total(({ maxOutputTokens }) => maxOutputTokens),
      cost: sumOf(models),
      models,
      answers: [...this.#measuring.expected.values()].filter(({ model }) => names.has(model)),
      unasked: [...this.#unasked]
        .map(([code, counted]): UnaskedDocuments => ({ code, ...counted }))
        .toSorted((a, b) => b.documents - a.documents),
      unpriced: models.filter(({ cost }) => cost.worst.nanoUsd === null).map(({ model }) => model),
    };
  }

  #claimFirst(firstClaim: number): void {
    const first = this.#first ?? [];
    if (this.#first !== null) this.#claimSize = firstClaim;
    this.#first = null;
    for (const document of first) this.#claim(document);
  }

  #claim({ models, failures }: MeasuredDocument): void {
    if (this.#claimed === this.#claimSize) {
      this.#endClaim();
      this.#claimSize = this.#batchSize;
    }
    this.#claimed += 1;
    const reasons = new Map(failures.map(({ error }) => [error.code, error.message]));
    for (const requests of models) {
      this.#reused += requests.unsent;
      if (this.#sums[requests.model]?.add(requests) === 'too-large') reasons.set(tooLarge.code, tooLarge.message);
    }
    for (const [code, message] of reasons) {
      const counted = this.#unasked.get(code);
      if (counted === undefined) this.#unasked.set(code, { message, documents: 1 });
      else counted.documents += 1;
    }
  }

  #endClaim(): void {
    for (const sum of this.#sums) sum.endClaim();
    this.#claimed = 0;
  }
}

function sumOf(models: readonly ModelEstimate[]): Range<EstimatedCost> {
  const sum = (pick: (cost: Range<EstimatedCost>) => number | null): number | null =>
    models.reduce<number | null>((total, { cost }) => {
      const picked = pick(cost);
      return total === null || picked === null ? null : total + picked;
    }, 0);
  const both = (which: keyof Range<EstimatedCost>): EstimatedCost => ({
    nanoUsd: sum((cost) => cost[which].nanoUsd),
    synchronousNanoUsd: sum((cost) => cost[which].synchronousNanoUsd),
  });
  return { floor: both('floor'), expected: both('expected'), worst: both('worst') };
}
