import { sharesOf, type LedgerEntry, type LedgerShare } from '@batchmill/records';
import { InvalidArgumentError } from 'commander';

/** What costs can be grouped by. A label can be named: `label:team`. */
export const costGroupings = ['run', 'pipeline', 'function', 'model', 'day', 'label', 'batch'] as const;

/** How entries of the ledger are grouped. */
export interface CostGrouping {
  /** As it was asked for: `label:team`. */
  readonly by: string;
  /** The names of the key's parts. */
  readonly keys: readonly string[];
  /** Whether the groups follow time. Others begin with the dearest. */
  readonly isInTime: boolean;
  /** The shares of an entry and the group of each. They add up to the entry. A part of a key is null where there is none. */
  readonly groupsOf: (entry: LedgerEntry) => readonly { readonly key: CostKey; readonly share: EntryShare }[];
}

export type CostKey = readonly (string | null)[];
export type EntryShare = LedgerEntry | LedgerShare;

export function parseGrouping(by: string): CostGrouping {
  if (by.startsWith('label:') && by.length > 'label:'.length) {
    const name = by.slice('label:'.length);
    return whole(by, ['label'], ({ labels }) => [Object.hasOwn(labels, name) ? (labels[name] ?? null) : null]);
  }
  const known = costGroupings.find((one) => one === by);
  switch (known) {
    case 'run':
      return { ...whole(by, ['run', 'pipeline'], ({ runId, pipeline }) => [runId, pipeline]), isInTime: true };
    case 'pipeline':
      return whole(by, ['pipeline'], ({ pipeline }) => [pipeline]);
    case 'function':
      return {
        ...{ by, keys: ['pipeline', 'function'], isInTime: false },
        groupsOf: (entry) => sharesOf(entry).map((share) => ({ key: [entry.pipeline, share.function], share })),
      };
    case 'model':
      return whole(by, ['model'], ({ model }) => [model]);
    case 'day':
      return { ...whole(by, ['day'], ({ day }) => [day]), isInTime: true };
    case 'label':
      return whole(by, ['labels'], ({ labels }) => [labelsText(labels)]);
    case 'batch':
      return {
        ...whole(by, ['batch', 'kind', 'providerBatch'], ({ batchId, kind, providerBatchId }) => [
          ...[batchId, kind, providerBatchId],
        ]),
        isInTime: true,
      };
    case undefined:
      throw new InvalidArgumentError(`expected one of ${costGroupings.join(', ')}, or label:NAME`);
  }
}

function whole(by: string, keys: readonly string[], keyOf: (entry: LedgerEntry) => CostKey): CostGrouping {
  return { by, keys, isInTime: false, groupsOf: (entry) => [{ key: keyOf(entry), share: entry }] };
}

/** All labels together, so that an entry is in one group. */
function labelsText(labels: LedgerEntry['labels']): string | null {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? null : pairs.toSorted().join(' ');
}
