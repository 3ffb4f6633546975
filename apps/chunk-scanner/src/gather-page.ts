import type { Clock } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  claimableFilter,
  marksProjection,
  readMarks,
  requestsFor,
  type Member,
  type ScanPosition,
} from '@batchmill/records';
import type { Collection, Filter } from '@batchmill/store';
import { beginning, nextType, scanFilter } from './scan-filter.js';

export interface Page {
  readonly members: readonly Member[];
  /** Everything up to here was looked at. */
  readonly position: ScanPosition;
  /** No id is left after it. */
  readonly ended: boolean;
}

export interface Gathering {
  readonly runId: string;
  readonly from: ScanPosition | null;
  readonly among: Filter;
  readonly maxMembers: number;
  readonly maxMs: number;
}

/** Finds the next documents that a run can claim, in the order of their ids; takes at most so many and so long. */
export async function gatherPage(
  documents: Collection,
  plan: RunPlan,
  { runId, from, among, maxMembers, maxMs }: Gathering,
  clock: Clock,
): Promise<Page> {
  const begun = clock.now();
  const members: Member[] = [];
  let position = from ?? beginning;
  for (let bracket: ScanPosition | null = position; bracket !== null; bracket = nextType(bracket)) {
    position = bracket;
    const filter = { $and: [scanFilter(bracket), plan.filter, claimableFilter(plan, begun, runId), among] };
    for await (const document of documents.find(filter, { sort: { _id: 1 }, projection: marksProjection(plan) })) {
      position = { type: bracket.type, after: encodeId(document['_id']) };
      const marks = readMarks(plan, document);
      const asked = requestsFor(plan, marks);
      if (asked.functions.length > 0) members.push({ id: document['_id'], previousClaimId: marks.claimId, ...asked });
      const isFull = members.length >= maxMembers || clock.now().getTime() - begun.getTime() >= maxMs;
      if (isFull) return { members, position, ended: false };
    }
  }
  return { members, position, ended: true };
}
