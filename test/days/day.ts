import type { FaultRule } from '@batchmill/simulator';
import { seededRandom } from '@batchmill/testing';
import type { Trouble } from '../faults/fault-case.js';
import { portCalls } from '../faults/moment.js';
import { drawnFaults, type DrawnFault } from '../spending/drawn-faults.js';
import { firstFunctions, laterFunctions, models, type PipelineStage } from './changing-pipeline.js';

/** What users do to a collection, each to a letter that is there then. */
export const editKinds = ['insert', 'edit', 'repeat', 'touch', 'delete'] as const;

export interface Edit {
  /**
   * edit: it gets a text that no letter had before. repeat: it gets the text of another one. touch: a field changes of which nothing
   * depends.
   */
  readonly kind: (typeof editKinds)[number];
  /** Which letter, from 0 to 1; of a repeat, the other one is next to it. */
  readonly at: number;
  readonly number: number;
}

/** What happens on one day in the life of a collection. */
export interface Day {
  /** Before the day's runs. */
  readonly edits: readonly Edit[];
  /** While batches are at the provider. */
  readonly editsMeanwhile: readonly Edit[];
  readonly pipeline: PipelineStage;
  readonly fault: DrawnFault | null;
  readonly rules: readonly FaultRule[];
  readonly troubles: readonly Trouble[];
  readonly concurrency: number;
}

/** The days of a seed, of which nothing else decides. */
export function daysOf(seed: number, count: number): readonly Day[] {
  const random = seededRandom(seed * 6_271 + 5);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T; // the lists are not empty
  let number = 0;
  const editsOf = (times: number, kinds: readonly Edit['kind'][]): readonly Edit[] =>
    Array.from({ length: times }, () => ({ kind: pick(kinds), at: random(), number: (number += 1) }));
  const days: Day[] = [];
  let pipeline: PipelineStage = { functions: firstFunctions, model: models[0] ?? '' };
  for (let index = 0; index < count; index += 1) {
    if (index > 0) pipeline = changed(pipeline, random);
    const fault = random() < 0.5 ? pick(drawnFaults) : null;
    days.push({
      edits: index === 0 ? editsOf(12, ['insert']) : editsOf(below(7), editKinds),
      editsMeanwhile: random() < 0.3 ? editsOf(1 + below(3), editKinds) : [],
      pipeline,
      fault,
      rules: fault?.rules({ pick, below }) ?? [],
      troubles: Array.from({ length: pick([0, 0, 1, 2]) }, () => ({
        kind: random() < 0.7 ? 'kill' : 'freeze',
        at: {
          call: pick(portCalls).replace('notes.', 'letters.'),
          nth: 1 + below(4),
          when: pick(['before', 'after'] as const),
        },
        jumps: 3 + below(5),
      })),
      concurrency: pick([1, 1, 4]),
    });
  }
  return days;
}

/** On some days the pipeline gets another function, or another model. */
function changed(pipeline: PipelineStage, random: () => number): PipelineStage {
  const lot = random();
  const missing = laterFunctions.find((name) => !pipeline.functions.includes(name));
  if (lot < 0.06 && missing !== undefined) return { ...pipeline, functions: [...pipeline.functions, missing] };
  const [otherModel] = models.filter((model) => model !== pipeline.model);
  return lot > 0.95 && otherModel !== undefined ? { ...pipeline, model: otherModel } : pipeline;
}
