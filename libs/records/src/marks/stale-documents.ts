import { fieldsOfText, presentText, type RunPlan } from '@batchmill/pipeline';
import type { Fields, Filter, Update } from '@batchmill/store';
import { markPath, marksProjection, type Marks } from './document-marks.js';
import { isSameOrigin } from './origin.js';

/** What is read of a document to tell whether it is stale; undefined: all of it. */
export function textProjection(plan: RunPlan): Readonly<Record<string, 1>> | undefined {
  const fields = fieldsOfText(plan);
  if (fields === null) return undefined;
  // A projection must not name a field and a part of it.
  const marks = Object.keys(marksProjection(plan)).filter((path) => !fields.includes(path.split('.', 1)[0] ?? path));
  return Object.fromEntries([...marks, ...fields].map((path) => [path, 1 as const]));
}

/**
 * Whether the vector of a completed document is of another text, model or number of dimensions than it would be now. A document
 * without a text is stale. It is not where that cannot be told: code of the pipeline fails, or an earlier version made the vector.
 */
export async function isStale(plan: RunPlan, document: Fields, marks: Marks): Promise<boolean> {
  const { status, vectors } = plan.endpointPlan;
  if (vectors === null || marks.status !== status.completed) return false;
  for (const [name, { definition }] of plan.planned) {
    const embedded = marks.embeddedOf(name);
    if (embedded === null) continue;
    const present = await presentText(plan, name, document);
    if (present?.kind === 'none') return true;
    if (present?.kind !== 'text') continue;
    const origin = { textHash: present.hash, model: definition.model, dimensions: vectors.dimensions };
    if (!isSameOrigin(embedded, origin)) return true;
  }
  return false;
}

/** Makes a completed document pending, so that everything is requested of it. Not one that was claimed since its marks were read. */
export function pendingAgainUpdate(plan: RunPlan, id: unknown, { claimId }: Marks): { filter: Filter; update: Update } {
  const { field, completed, pending } = plan.endpointPlan.status;
  return {
    filter: { _id: id, [field]: completed, [markPath(plan, 'claimId')]: claimId },
    update: { $set: { [field]: pending } },
  };
}
