import { Pipelines, lastingQueryOf, type RunPlan, type VectorTarget } from '@batchmill/pipeline';
import { Documents, deleteOrphans, orphanedVectors, slicesOf, type Leased, type Run } from '@batchmill/records';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';

/** Deletes vectors whose document is gone, where the pipeline says so, at the end of a run that has taken every document of the query. */
@Injectable()
export class VectorPruner {
  private readonly sources: { readonly documents: Documents; readonly pipelines: Pipelines };

  constructor(
    pipelines: Pipelines,
    documents: Documents,
    private readonly vectors: Vectors,
    private readonly log: Log,
  ) {
    this.sources = { documents, pipelines };
  }

  /** A process that dies meanwhile is followed by another, which begins again. */
  async prune(run: Leased<Run>, plan: RunPlan): Promise<void> {
    const { vectors: target } = plan.endpointPlan;
    if (target?.isPruned !== true || !takesAll(run.data)) return;
    if (!(await this.#hasDocuments(plan))) {
      this.log.warn('no vector is deleted, since no document matches the query: is it that of another collection?', {
        operation: 'chunk-scanner',
        runId: run.id,
      });
      return;
    }
    let deleted = 0;
    for (const collection of await this.#collectionsOf(target)) {
      for await (const page of slicesOf(this.vectors.entries(collection))) {
        run.throwIfStopping();
        const orphans = await orphanedVectors(this.sources, plan, page, collection);
        await deleteOrphans(
          { ...this.sources, vectors: this.vectors },
          { plan, collection },
          orphans.map(({ key, fields }) => ({ key, chunkId: fields[target.idFields.chunkId] ?? '' })),
        );
        deleted += orphans.length;
      }
    }
    if (deleted === 0) return;
    this.log.info('vectors whose document is gone, or does not match the query any more, were deleted', {
      operation: 'chunk-scanner',
      runId: run.id,
      vectors: deleted,
    });
  }

  /** That of the plan, and the one that searches find meanwhile. */
  async #collectionsOf({ collection, alias }: VectorTarget): Promise<readonly string[]> {
    const searched = alias === null ? null : await this.vectors.collectionOf(alias);
    return searched === null || searched.name === collection ? [collection] : [collection, searched.name];
  }

  /** None: rather another collection or database was named by mistake than all documents are gone. */
  async #hasDocuments(plan: RunPlan): Promise<boolean> {
    return (
      (await this.sources.documents.of(plan).findOne(lastingQueryOf(plan) ?? {}, { projection: { _id: 1 } })) !== null
    );
  }
}

/** False where the run is cancelled, stopped, or for some documents only. */
function takesAll({ request, cancelRequestedAt, reason }: Run): boolean {
  const isPartial = request?.limit !== undefined || request?.documents !== undefined;
  return cancelRequestedAt === null && reason === null && !isPartial;
}
