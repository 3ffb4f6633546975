import { encodeId } from '@batchmill/documents';
import type { Collection } from '@batchmill/store';
import type { StoryPart } from './story-parts.js';
import { writeRow } from './write-row.js';

export interface RowsToWrite<P> {
  readonly collection: Collection;
  readonly parts: readonly P[];
  /** By document, its id encoded. */
  readonly groupIds: ReadonlyMap<string, unknown>;
  /** What the documents of a group said together. */
  readonly merge: (parts: readonly P[]) => object;
}

/** Writes what documents said into the rows of their groups: one write per group. */
export function writeRows<P extends StoryPart>({
  collection,
  parts,
  groupIds,
  merge,
}: RowsToWrite<P>): Promise<void>[] {
  const groups = new Map<string, { readonly id: unknown; readonly said: P[] }>();
  for (const part of parts) {
    const id = groupIds.get(encodeId(part.document_id));
    const group = groups.get(encodeId(id)) ?? { id, said: [] };
    group.said.push(part);
    groups.set(encodeId(id), group);
  }
  return [...groups.values()].map(({ id, said }) => writeRow(collection, { id, said, merge }));
}
