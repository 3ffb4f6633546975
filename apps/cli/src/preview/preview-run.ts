import { idText, readPath } from '@batchmill/documents';
import {
  estimateRun,
  missingId,
  planRun,
  renderRequests,
  availableVariables,
  type Estimate,
  type RunPlan,
} from '@batchmill/pipeline';
import type { RenderFailure, RenderedRequest, Rendering } from '@batchmill/provider';
import type { Engine } from '@batchmill/service';
import type { Fields } from '@batchmill/store';
import { documentsAskedFor } from '../estimate/documents-asked-for.js';
import type { Asked } from '../run-options.js';
import { findUnwritable } from './find-unwritable.js';

export interface PreviewedDocument {
  readonly id: string;
  readonly requests: readonly RenderedRequest[];
  readonly failures: readonly RenderFailure[];
  /** What of its answers could not be written, as far as that can be known. */
  readonly unwritable: readonly RenderFailure[];
  /** What its templates may name; empty where nothing failed. */
  readonly there: readonly string[];
}

export interface Preview {
  readonly pipeline: string;
  readonly endpoint: string;
  readonly collection: string;
  /** All that it holds. */
  readonly stored: number;
  /** The status field, when the query itself asks for it: what is done does not match any more. */
  readonly statusAsked: string | null;
  /** Of all that match, those that a run would take now. */
  readonly pending: number;
  readonly matching: number;
  /** The first that are pending; where none is, the first that match. */
  readonly documents: readonly PreviewedDocument[];
  /** Of these documents. */
  readonly cost: Estimate;
}

/** Renders the first documents of a run as it would ask them. Reads only. */
export async function previewRun(engine: Engine, name: string, asked: Asked, limit: number): Promise<Preview> {
  const plan = planRun(engine.pipelines.get(name), asked);
  const collection = engine.documents.of(plan);
  const { wanted, claimable } = documentsAskedFor(plan, asked, engine.clock.now());
  const pending = await collection.count(claimable);
  const shown = collection.find(pending === 0 ? wanted : claimable, { sort: { _id: 1 }, limit });
  const documents = await Array.fromAsync(shown, (document) => previewDocument(plan, document, engine.clock.now()));
  return {
    pipeline: name,
    endpoint: plan.endpoint,
    collection: plan.pipeline.source.collection,
    stored: await collection.count({}),
    statusAsked: plan.namesStatusField ? plan.endpointPlan.status.field : null,
    pending,
    matching: await collection.count(wanted),
    documents,
    cost: estimateRun(plan, {
      documents: documents.length,
      sample: { documents: documents.length, requests: documents.flatMap(({ requests }) => requests) },
      at: engine.clock.now(),
      overrides: engine.engineSettings.prices,
    }),
  };
}

async function previewDocument(plan: RunPlan, document: Fields, now: Date): Promise<PreviewedDocument> {
  const { source } = plan.pipeline;
  const id = idText(readPath(document, source.documentIdField)) || idText(document['_id']);
  const { requests, failures } = nameable(plan, document, await renderRequests(plan, document, plan.functions));
  const unwritable = await findUnwritable(plan, document, { functions: requests.map((one) => one.function), now });
  const isFine = failures.length + unwritable.length === 0;
  return { id, requests, failures, unwritable, there: isFine ? [] : await availableVariables(plan, document) };
}

/** A vector that could not be stored is not asked for. */
function nameable({ endpoint, pipeline }: RunPlan, document: Fields, { requests, failures }: Rendering): Rendering {
  const error = endpoint === 'embeddings' ? missingId(pipeline.source, document) : null;
  if (error === null) return { requests, failures };
  return { requests: [], failures: [...failures, ...requests.map((one) => ({ function: one.function, error }))] };
}
