import type { Endpoint } from '@batchmill/contracts';
import { idText, readPath } from '@batchmill/documents';
import { failedFilter, failedProjection, failuresOf, lastRunOf } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { markedPlaces } from './marked-places.js';

export interface FailedDocument {
  readonly pipeline: string;
  readonly endpoint: Endpoint;
  /** As `--documents-file` takes it. */
  readonly id: string;
  /** The run that worked on it last; null: unknown. */
  readonly runId: string | null;
  /** Empty: the document does not say why it failed. */
  readonly errors: readonly FailedError[];
}

export interface FailedError {
  /** Null: the document failed before a function was requested. */
  readonly function: string | null;
  readonly code: string;
  readonly message: string;
}

interface Chosen {
  readonly pipelines: readonly string[];
  /** Null: of any run. */
  readonly runId: string | null;
  /** Null: with any error code. */
  readonly code: string | null;
}

/** Yields failed documents, by their ids. Pipelines that mark the same fields of a collection share its documents: each is yielded once. */
export async function* failedDocuments(
  engine: Engine,
  { pipelines, runId, code }: Chosen,
): AsyncGenerator<FailedDocument> {
  for (const { pipeline, plan } of markedPlaces(engine, pipelines)) {
    const { collection, documentIdField } = pipeline.source;
    const projection = { [documentIdField]: 1, ...failedProjection(plan) } as const;
    const found = engine.documentStore.collection(collection).find(failedFilter(plan, runId), {
      projection,
      sort: { _id: 1 },
    });
    for await (const document of found) {
      const errors = failuresOf(plan, document).map(({ function: name, error }) => {
        return { function: name, code: error.code, message: error.message };
      });
      if (code !== null && !errors.some((error) => error.code === code)) continue;
      const id = idText(readPath(document, documentIdField) ?? document['_id']);
      yield { pipeline: pipeline.name, endpoint: plan.endpoint, id, runId: lastRunOf(plan, document), errors };
    }
  }
}
