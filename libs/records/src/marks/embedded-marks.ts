import type { RunPlan } from '@batchmill/pipeline';
import type { Update } from '@batchmill/store';
import { completionUpdate } from './answer-marks.js';
import { embeddedPath, mergeUpdates, statePath } from './document-marks.js';
import type { EmbeddedMark } from './origin.js';

/** Notes of what the document's vector was made. Written with the answer, in one update. */
export function embeddedUpdate(plan: RunPlan, name: string, mark: EmbeddedMark): Update {
  return { $set: { [embeddedPath(plan, name)]: mark } };
}

/** Completes a document whose vector is there already. No attempt is counted, and it carries no claim of the run. */
export function adoptedUpdate(plan: RunPlan, name: string, mark: EmbeddedMark): Update {
  const done = { $set: { [statePath(plan, name)]: 'done' } };
  return mergeUpdates(mergeUpdates(embeddedUpdate(plan, name, mark), done), completionUpdate(plan, mark.at));
}
