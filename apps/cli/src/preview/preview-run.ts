import { idText, readPath } from '@batchmill/documents';
import {
  RunEstimate,
  availableVariables,
  notBatchable,
  planRun,
  renderRequests,
  withoutUnstorable,
  type Estimate,
  type RunPlan,
} from '@batchmill/pipeline';
import type { ProviderProfile, RenderFailure, RenderedRequest, Rendering } from '@batchmill/provider';
import { readMarks, requestsFor, type MissingCount } from '@batchmill/records';
import { countMissing, documentFilters, type Engine } from '@batchmill/service';
import type { Fields } from '@batchmill/store';
import type { NothingMatches } from '../documents/nothing-matches.js';
import type { RunOptions } from '../run-options.js';
import { findUnwritableAnswers } from './find-unwritable-answers.js';

export interface PreviewedDocument {
  readonly id: string;
  readonly requests: readonly RenderedRequest[];
  readonly failures: readonly RenderFailure[];
  /** Answers that could not be written, as far as that is known beforehand. */
  readonly unwritable: readonly RenderFailure[];
  /** The variables that its templates may use; empty when nothing failed. */
  readonly variables: readonly string[];
}

export interface Preview extends NothingMatches {
  readonly pipeline: string;
  readonly endpoint: string;
  readonly provider: ProviderProfile;
  /** Why the provider would refuse the requests; null: it is not known to. */
  readonly refusal: string | null;
  /** Documents that the run would claim now. */
  readonly pending: number;
  /** How many of them have ended and lack which functions. */
  readonly missing: readonly MissingCount[];
  /** Documents of the run, whatever their status. */
  readonly matching: number;
  /** The first documents that the run would claim, or the first matching ones when there are none. */
  readonly documents: readonly PreviewedDocument[];
  /** The cost of the documents shown. */
  readonly cost: Estimate;
}

/** Renders the requests of a run's first documents. Reads only. */
export async function previewRun(engine: Engine, name: string, options: RunOptions, limit: number): Promise<Preview> {
  const plan = planRun(engine.pipelines.get(name), options);
  const { profile: provider } = engine.provider;
  const collection = engine.documents.of(plan);
  const now = engine.clock.now();
  const { matching, claimable } = await documentFilters(collection, plan, options, now);
  const pending = await collection.count(claimable);
  const shown = collection.find(pending === 0 ? matching : claimable, { sort: { _id: 1 }, limit });
  const estimate = new RunEstimate(plan, {
    prices: engine.engineSettings.prices,
    at: now,
    providerLimits: provider.limits,
  });
  const documents = await Array.fromAsync(shown, async (document) => {
    const { functions } = pending === 0 ? plan : requestsFor(plan, readMarks(plan, document));
    const rendering = await renderRequests(plan, document, functions);
    estimate.add(estimate.measure(document, functions, rendering));
    return previewDocument(plan, { document, rendering, now });
  });
  return {
    pipeline: name,
    endpoint: plan.endpoint,
    provider,
    refusal: notBatchable(plan, provider),
    collection: plan.pipeline.source.collection,
    stored: await collection.count({}),
    queriedStatusField: plan.endedFilter === null ? plan.endpointPlan.status.field : null,
    pending,
    missing: pending === 0 ? [] : await countMissing(collection, plan, { among: matching, now }),
    matching: await collection.count(matching),
    documents,
    cost: estimate.end(),
  };
}

async function previewDocument(
  plan: RunPlan,
  { document, rendering, now }: { document: Fields; rendering: Rendering; now: Date },
): Promise<PreviewedDocument> {
  const { source } = plan.pipeline;
  const id = idText(readPath(document, source.documentIdField)) || idText(document['_id']);
  const { requests, failures } = withoutUnstorable(document, rendering, source);
  const functions = requests.map((request) => request.function);
  const unwritable = await findUnwritableAnswers(plan, document, { functions, now });
  const hasFailed = failures.length + unwritable.length > 0;
  return { id, requests, failures, unwritable, variables: hasFailed ? await availableVariables(plan, document) : [] };
}
