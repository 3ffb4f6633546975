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
import { documentFilters, type Engine } from '@batchmill/service';
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
  /** Documents of the run, whatever their status. */
  readonly matching: number;
  /** The first pending documents, or the first matching ones when none is pending. */
  readonly documents: readonly PreviewedDocument[];
  /** The cost of the documents shown. */
  readonly cost: Estimate;
}

/** Renders the requests of a run's first documents. Reads only. */
export async function previewRun(engine: Engine, name: string, options: RunOptions, limit: number): Promise<Preview> {
  const plan = planRun(engine.pipelines.get(name), options);
  const { profile: provider } = engine.provider;
  const collection = engine.documents.of(plan);
  const { matching, claimable } = documentFilters(plan, options, engine.clock.now());
  const pending = await collection.count(claimable);
  const shown = collection.find(pending === 0 ? matching : claimable, { sort: { _id: 1 }, limit });
  const now = engine.clock.now();
  const estimate = new RunEstimate(plan, {
    prices: engine.engineSettings.prices,
    at: now,
    providerLimits: provider.limits,
  });
  const documents = await Array.fromAsync(shown, async (document) => {
    const rendering = await renderRequests(plan, document, plan.functions);
    estimate.add(estimate.measure(document, plan.functions, rendering));
    return previewDocument(plan, { document, rendering, now });
  });
  return {
    pipeline: name,
    endpoint: plan.endpoint,
    provider,
    refusal: notBatchable(plan, provider),
    collection: plan.pipeline.source.collection,
    stored: await collection.count({}),
    queriedStatusField: plan.namesStatusField ? plan.endpointPlan.status.field : null,
    pending,
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
