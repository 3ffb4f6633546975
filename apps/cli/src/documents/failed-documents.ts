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
  /** The function that failed, or one that is asked for each item of a list; null: any. */
  readonly functionName: string | null;
}

/**
 * Yields failed documents, by their ids. With a function, also completed ones in which it failed, and its errors alone. Pipelines that mark the same fields of a collection share its documents: each is yielded once.
 */
export async function* failedDocuments(
  engine: Engine,
  { pipelines, runId, code, functionName }: Chosen,
): AsyncGenerator<FailedDocument> {
  for (const { pipeline, plan } of markedPlaces(engine, pipelines)) {
    const { collection, documentIdField } = pipeline.source;
    const projection = { [documentIdField]: 1, ...failedProjection(plan) } as const;
    const found = engine.documentStore
      .collection(collection)
      .find(failedFilter(plan, { runId, withCompleted: functionName !== null }), {
        projection,
        sort: { _id: 1 },
      });
    for await (const document of found) {
      const errors = failuresOf(plan, document)
        .filter(({ function: name }) => functionName === null || isOfFunction(name, functionName))
        .map(({ function: name, error }) => ({ function: name, code: error.code, message: error.message }));
      if (functionName !== null && errors.length === 0) continue;
      if (code !== null && !errors.some((error) => error.code === code)) continue;
      const id = idText(readPath(document, documentIdField) ?? document['_id']);
      yield { pipeline: pipeline.name, endpoint: plan.endpoint, id, runId: lastRunOf(plan, document), errors };
    }
  }
}

/** `qa_0` is of `qa`, which is asked for each item of a list. */
function isOfFunction(name: string | null, functionName: string): boolean {
  if (name === null) return false;
  return (
    name === functionName || (name.startsWith(`${functionName}_`) && /^\d+$/.test(name.slice(functionName.length + 1)))
  );
}
