import { hashOfText, type RunPlan } from '@batchmill/pipeline';
import {
  findAnswers,
  readMarks,
  slicesOf,
  vectorKey,
  type AskedTexts,
  type Asker,
  type Claim,
  type ReuseByFunction,
  type ReuseSources,
} from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import type { Unit } from './read-units.js';

/** Units whose answers are looked up together. They are held in memory, and rendered again when the file ends among them. */
const unitsPerLookup = { prompts: 64, embeddings: 256 } as const;

type Sources = ReuseSources & { readonly askedTexts: AskedTexts };

/** Milvus answers a lookup after 0.2 s, because it shows every earlier write: so many wait at the same time. Their units are held in memory. */
const lookupsAtOnce = 2;

/** The units with the answers that their requests may take: one query for many of them. */
export async function* withAnswers(
  units: AsyncIterable<Unit>,
  range: { readonly plan: RunPlan; readonly claim: Claim },
  sources: Sources,
): AsyncGenerator<Unit, void, undefined> {
  const { plan } = range;
  const most = unitsPerLookup[plan.endpointPlan.vectors === null ? 'prompts' : 'embeddings'];
  const canWait = await sources.embeddedTexts.canFindIn(plan);
  const lookUp = async (page: readonly Unit[], asked: ReadonlyMap<string, Asker>): Promise<Unit[]> => {
    const documents = page.map(({ document, rendering }) => ({ document, requests: rendering.requests }));
    const found = await findAnswers(plan, documents, sources);
    return page.map((unit, index) => ({
      ...unit,
      reuse: withAskers(unit, found[index] ?? unit.reuse, range, asked),
    }));
  };
  const lookups: Promise<Unit[]>[] = [];
  for await (const page of slicesOf(units, most)) {
    // Before the vectors are looked up: a text of which the asker is noted no more has its vector stored by then.
    const asked = canWait ? await askFor(page, range, sources.askedTexts) : new Map<string, Asker>();
    const lookup = lookUp(page, asked);
    lookup.catch(() => undefined); // it is awaited later, or not at all where the file ends before
    lookups.push(lookup);
    if (lookups.length === lookupsAtOnce) yield* (await lookups.shift()) ?? [];
  }
  for (const lookup of lookups) yield* await lookup;
}

/** Who asks for the texts of these units, by their hashes. */
async function askFor(
  units: readonly Unit[],
  { plan, claim }: { readonly plan: RunPlan; readonly claim: Claim },
  askedTexts: AskedTexts,
): Promise<ReadonlyMap<string, Asker>> {
  const askers = new Map<string, Asker>();
  for (const { document, rendering } of units) {
    for (const { function: name, textHash } of rendering.requests) {
      if (textHash === undefined || askers.has(textHash) || !mayWait(plan, document, name)) continue;
      askers.set(textHash, { claimId: claim._id, document: askerOf(document) });
    }
  }
  return askedTexts.ask(claim.runId, askers);
}

/**
 * A document that is requested once more does not wait for others again. Neither does one of a run that redoes all documents: what is in
 * the vector store meanwhile is not the vector that it would wait for.
 */
function mayWait(plan: RunPlan, document: Fields, name: string): boolean {
  const marks = readMarks(plan, document);
  return plan.redo !== 'all' && marks.attemptsOf(name) === 0 && marks.freeRetries === 0;
}

function withAskers(
  { document }: Unit,
  reuse: ReuseByFunction,
  { plan }: { readonly plan: RunPlan },
  asked: ReadonlyMap<string, Asker>,
): ReuseByFunction {
  if (asked.size === 0) return reuse;
  return new Map(
    [...reuse].map(([name, known]) => {
      const asker = asked.get(known.key);
      const isOwn = asker?.document === askerOf(document);
      if (asker === undefined || isOwn || !mayWait(plan, document, name)) return [name, known];
      return [name, { ...known, awaits: asker.claimId }];
    }),
  );
}

function askerOf(document: Fields): string {
  return hashOfText(vectorKey(document['_id']));
}
