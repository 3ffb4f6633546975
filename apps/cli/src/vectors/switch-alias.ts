import { ValidationError } from '@batchmill/contracts';
import { planRun } from '@batchmill/pipeline';
import { missingVectors } from '@batchmill/records';
import type { Engine } from '@batchmill/service';

export interface SwitchOptions {
  /** Default: the pipeline's own. */
  readonly to?: string;
  /** True: also where searches will find less. */
  readonly incomplete: boolean;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Switched {
  readonly alias: string;
  /** Null: the alias pointed nowhere. */
  readonly from: string | null;
  readonly to: string;
  /** How many vectors of documents that are there the new collection lacks. */
  readonly missing: number;
}

/**
 * Points the alias of a pipeline's vectors to its collection, or to another one of its vectors. Rejects with a ValidationError
 * `collection.no-alias`, `collection.unknown`, or `collection.lacks-vectors` if searches would find less.
 */
export async function switchAlias(engine: Engine, name: string, options: SwitchOptions): Promise<Switched> {
  const { pipelines, vectors, writtenCollections } = engine;
  const plan = planRun(pipelines.get(name), { endpoint: 'embeddings', redo: 'all', parameters: options.parameters });
  const target = plan.endpointPlan.vectors;
  if (target?.alias == null) {
    throw new ValidationError(
      'collection.no-alias',
      `${name}: found no alias of its vectors, expected embeddings.vectors.alias`,
    );
  }
  const { alias } = target;
  const to = options.to ?? target.collection;
  const written = (await writtenCollections.get(to))?.pipelines ?? [];
  if (!written.includes(name) || (await vectors.describe(to)) === null) {
    throw new ValidationError(
      'collection.unknown',
      `${to}: no run of ${name} has written into it; batchmill vectors list shows those that there are`,
    );
  }
  const from = (await vectors.collectionOf(alias))?.name ?? null;
  if (from === to) return { alias, from, to, missing: 0 };
  let missing = 0;
  if (from !== null) for await (const count of missingVectors(engine, plan, { from, to })) missing += count;
  if (missing > 0 && !options.incomplete) throw lacksVectors(name, { from, to, missing });
  await vectors.setAlias(alias, to);
  return { alias, from, to, missing };
}

function lacksVectors(name: string, { from, to, missing }: Pick<Switched, 'from' | 'to' | 'missing'>): ValidationError {
  return new ValidationError(
    'collection.lacks-vectors',
    `${to} lacks ${missing} of the vectors in ${from}, so that nothing was switched; embed them with ` +
      `batchmill run ${name} --endpoint embeddings --redo stale, or switch all the same with --incomplete`,
  );
}
