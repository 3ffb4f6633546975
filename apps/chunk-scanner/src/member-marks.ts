import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import { marksProjection, readMarks, type Member, type Marks } from '@batchmill/records';
import type { Collection } from '@batchmill/store';

/** By `encodeId` of the member's id. A document that does not exist any more has no entry. */
export type MemberMarks = ReadonlyMap<string, Marks>;

export async function readMemberMarks(
  documents: Collection,
  plan: RunPlan,
  members: readonly Member[],
): Promise<MemberMarks> {
  const ids = members.map(({ id }) => id);
  const marks = new Map<string, Marks>();
  for await (const document of documents.find({ _id: { $in: ids } }, { projection: marksProjection(plan) })) {
    marks.set(encodeId(document['_id']), readMarks(plan, document));
  }
  return marks;
}
