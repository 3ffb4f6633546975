import { isBatchmillError } from '@batchmill/contracts';
import { planRun, type Pipeline, type Pipelines, type RunPlan } from '@batchmill/pipeline';
import { serves, wantedIndexes, type IndexPurpose, type WantedIndex } from '@batchmill/records';
import type { IndexKeys, Store } from '@batchmill/store';

/** An index that queries of pipelines want. */
export interface IndexUse extends Omit<IndexKeys, 'unique'> {
  /** The indexes that answer the same: the same one, or a longer one. Empty: it is missing. */
  readonly existing: readonly IndexKeys['keys'][];
  readonly uses: readonly { readonly pipeline: string; readonly purpose: IndexPurpose }[];
  /** What creates it in mongosh. */
  readonly command: string;
}

/** The indexes of a collection that pipelines read. */
export interface CollectionIndexes {
  readonly collection: string;
  readonly documents: number;
  readonly indexes: readonly IndexUse[];
}

/** An endpoint of which no indexes can be named. */
export interface WithoutIndexes {
  readonly pipeline: string;
  readonly endpoint: string;
  readonly reason: string;
}

export interface IndexReport {
  readonly collections: readonly CollectionIndexes[];
  readonly without: readonly WithoutIndexes[];
}

type Parameters = Readonly<Record<string, unknown>>;

/** Which indexes the pipelines want, and which are there. Reads only what the server tells of collections. */
export async function readIndexes(
  store: Store,
  pipelines: Pipelines,
  {
    names = pipelines.names(),
    parameters = {},
  }: { readonly names?: readonly string[]; readonly parameters?: Parameters } = {},
): Promise<IndexReport> {
  const planned = names.flatMap((name) => plansOf(pipelines.get(name), parameters));
  const plans = planned.flatMap((one) => ('reason' in one ? [] : [one]));
  const collections = Map.groupBy(plans, ({ pipeline }) => pipeline.source.collection);
  return {
    collections: await Promise.all([...collections].map(([name, ofIt]) => indexesOf(store, name, ofIt))),
    without: planned.flatMap((one) => ('reason' in one ? [one] : withoutScan(one))),
  };
}

export function missingIndexes({ collections }: IndexReport): { collection: string; index: IndexUse }[] {
  return collections.flatMap(({ collection, indexes }) =>
    indexes.filter(({ existing }) => existing.length === 0).map((index) => ({ collection, index })),
  );
}

function plansOf(pipeline: Pipeline, parameters: Parameters): (RunPlan | WithoutIndexes)[] {
  return (['embeddings', 'inference'] as const).flatMap((endpoint): (RunPlan | WithoutIndexes)[] => {
    if (pipeline[endpoint] === null) return [];
    try {
      return [planRun(pipeline, { endpoint, parameters })];
    } catch (error) {
      if (!isBatchmillError(error)) throw error;
      return [{ pipeline: pipeline.name, endpoint, reason: `${error.message} Name its parameters with --param.` }];
    }
  });
}

/** A run that looks for stale documents reads them all. */
function withoutScan({ pipeline, endpoint, redo }: RunPlan): WithoutIndexes[] {
  if (redo !== 'stale') return [];
  return [
    { pipeline: pipeline.name, endpoint, reason: 'its runs read every completed document, to see whether it is stale' },
  ];
}

async function indexesOf(store: Store, collection: string, plans: readonly RunPlan[]): Promise<CollectionIndexes> {
  const stored = store.collection(collection);
  const [documents, existing] = await Promise.all([stored.size(), stored.indexes()]);
  const wanted = plans.flatMap((plan) => wantedIndexes(plan, existing).map((index) => ({ plan, index })));
  const byText = Map.groupBy(wanted, ({ index }) => indexText(index));
  const indexes = [...byText.values()].flatMap((same): IndexUse[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { keys, where } = first.index;
    return [
      {
        keys,
        ...(where !== undefined && { where }),
        existing: existing.filter((one) => serves(one, first.index)).map(({ keys }) => keys),
        uses: same.map(({ plan, index: { purpose } }) => ({ pipeline: plan.pipeline.name, purpose })),
        command: `db.getCollection(${JSON.stringify(collection)}).createIndex(${indexText(first.index)})`,
      },
    ];
  });
  return { collection, documents, indexes };
}

/** The arguments of `createIndex`. */
function indexText({ keys, where }: Omit<WantedIndex, 'purpose'>): string {
  return [keys, ...(where === undefined ? [] : [{ partialFilterExpression: where }])]
    .map((part) => JSON.stringify(part))
    .join(', ');
}
