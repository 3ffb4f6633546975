import type { Clock } from '@batchmill/contracts';
import { decodeId, encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  idTypes,
  isStale,
  marksProjection,
  readMarks,
  requestsFor,
  scanFilter,
  textProjection,
  type ClaimingRun,
  type Member,
  type ScanPosition,
} from '@batchmill/records';
import type { Collection, Filter } from '@batchmill/store';

export interface Page {
  readonly members: readonly Member[];
  /** Where the scan continues after each member. */
  readonly positions: readonly ScanPosition[];
  /** All documents up to here have been read. */
  readonly position: ScanPosition;
  /** True if no document follows. */
  readonly ended: boolean;
}

export interface PageOptions {
  readonly run: ClaimingRun;
  /** Null: from the first document. */
  readonly from: ScanPosition | null;
  readonly idsFilter: Filter;
  readonly maxMembers: number;
  readonly maxMs: number;
}

const firstPosition: ScanPosition = { type: 0, after: null };

/** Finds the next documents that a run can claim, in the order of their ids, until the page is full or `maxMs` have passed. */
export async function gatherPage(
  documents: Collection,
  plan: RunPlan,
  { run, from, idsFilter, maxMembers, maxMs }: PageOptions,
  clock: Clock,
): Promise<Page> {
  const startedAt = clock.now();
  const members: Member[] = [];
  const positions: ScanPosition[] = [];
  const projection = plan.redo === 'stale' ? textProjection(plan) : marksProjection(plan);
  const read = projection === undefined ? {} : { projection };
  let position = from ?? firstPosition;
  const selected = await scanFilter(documents, plan, { now: startedAt, run, among: idsFilter });
  for (let typeStart: ScanPosition | null = position; typeStart !== null; typeStart = nextType(typeStart)) {
    position = typeStart;
    const filter = { $and: [afterFilter(typeStart), selected] };
    for await (const document of documents.find(filter, { sort: { _id: 1 }, ...read })) {
      position = { type: typeStart.type, after: encodeId(document['_id']) };
      const marks = readMarks(plan, document);
      const mayBeStale = plan.redo === 'stale' && marks.status === plan.endpointPlan.status.completed;
      const stale = mayBeStale && (await isStale(plan, document, marks));
      const isCurrent = mayBeStale && !stale;
      const requests = requestsFor(isCurrent ? { ...plan, redo: null } : plan, marks);
      if (requests.functions.length > 0) {
        const found = { id: document['_id'], previousClaimId: marks.claimId, ...requests };
        members.push({ ...found, ...(stale && { stale }) });
        positions.push(position);
      }
      const isFull = members.length >= maxMembers || clock.now().getTime() - startedAt.getTime() >= maxMs;
      if (isFull) return { members, positions, position, ended: false };
    }
  }
  return { members, positions, position, ended: true };
}

/** The ids after a position, of the same type only: MongoDB's comparisons do not cross types. */
function afterFilter({ type, after }: ScanPosition): Filter {
  const typeName = idTypes[type];
  return { _id: after === null ? { $type: typeName } : { $type: typeName, $gt: decodeId(after) } };
}

/** Null after the last type. */
function nextType({ type }: ScanPosition): ScanPosition | null {
  return type + 1 < idTypes.length ? { type: type + 1, after: null } : null;
}
