import type { TurnaroundDraws } from './turnaround-draws.js';

/** What a batch takes in the provider's queue. */
export interface QueuedBatch {
  readonly runId: string;
  readonly tokens: number;
  readonly requests: number;
  /** How many batches it stands for that follow each other. Missing: it is one. */
  readonly inTurn?: number;
}

/** The provider's queue of one model, as a run finds it. */
export interface QueueState {
  /** Infinity: no limit is known. */
  readonly limits: { readonly tokens: number; readonly requests: number };
  /**
   * Batches in it, of all runs, with the time since their creation. `seenMs`: of that, until a poll found it in work last; missing: all.
   * Since then it may have ended.
   */
  readonly inQueue: readonly (QueuedBatch & { readonly ageMs: number; readonly seenMs?: number })[];
  /** Batches that wait to be sent, in the order in which they asked, of all runs. */
  readonly waiting: readonly QueuedBatch[];
  /** Of the run: batches that are not built yet. They follow the others. */
  readonly unbuilt: readonly QueuedBatch[];
  /** The unbuilt follow when one of the run's batches has ended, or after so long; null: they follow at once. */
  readonly trialMs: number | null;
  /** Of the run: what is requested again, and when at the earliest. */
  readonly retries: readonly (QueuedBatch & { readonly inMs: number })[];
  /** The share of the run's batches of which something is requested again, and the share of such a batch that is. */
  readonly retried: { readonly batches: number; readonly part: number };
}

/** One way in which it may go on. Milliseconds from now. */
export interface PlayedQueue {
  /** When the last batch of the run has ended. */
  readonly endMs: number;
  /** When the first batch of the run that waits is sent; null: none waits. */
  readonly roomMs: number | null;
}

/** Where everything is requested again, an end must come all the same. */
const mostRetried = 0.9;

interface Ending extends QueuedBatch {
  readonly atMs: number;
  /** A batch that is at the provider until then, or one that waits from then on. */
  readonly kind: 'ends' | 'comes';
}

/** Plays one queue on. `lagMs`: from the end at the provider until the batch is ingested and its room is free. */
export function playQueue(
  runId: string,
  { limits, inQueue, waiting, unbuilt, trialMs, retries, retried }: QueueState,
  {
    draws,
    random,
    lagMs,
  }: { readonly draws: TurnaroundDraws; readonly random: () => number; readonly lagMs: () => number },
): PlayedQueue {
  const timeline = new Timeline();
  const lines = new Map<string, Line>();
  const lineOf = (id: string): Line => {
    const known = lines.get(id) ?? { held: 0, batches: [], next: 0 };
    lines.set(id, known);
    return known;
  };
  let held = 0;
  let heldRequests = 0;
  let nowMs = 0;
  let endMs = 0;
  let roomMs: number | null = null;
  const enter = (batch: QueuedBatch, ageMs: number, seenMs: number): void => {
    held += batch.tokens;
    heldRequests += batch.requests;
    lineOf(batch.runId).held += batch.tokens;
    const takesMs = Math.max(0, draws.draw(seenMs) - ageMs) + lagMs();
    timeline.add({ ...batch, kind: 'ends', atMs: nowMs + takesMs * (batch.inTurn ?? 1) });
  };
  const release = (): void => {
    for (const batch of unbuilt) lineOf(runId).batches.push(batch);
  };
  let isTrial = trialMs !== null;
  for (const batch of inQueue) enter(batch, batch.ageMs, Math.min(batch.ageMs, batch.seenMs ?? batch.ageMs));
  for (const batch of waiting) lineOf(batch.runId).batches.push(batch);
  for (const { inMs, ...batch } of retries) timeline.add({ ...batch, kind: 'comes', atMs: inMs });
  if (!isTrial) release();
  const waitsNow = lineOf(runId).batches.length > 0;
  for (;;) {
    for (let line = nextLine(lines); line !== null; line = nextLine(lines)) {
      const batch = line.batches[line.next];
      if (batch === undefined) break;
      const fits = held + batch.tokens <= limits.tokens && heldRequests + batch.requests <= limits.requests;
      if (!fits && held > 0) break;
      line.next += 1;
      if (batch.runId === runId && waitsNow) roomMs ??= nowMs;
      enter(batch, 0, 0);
    }
    const next = timeline.peek();
    if (isTrial && trialMs !== null && (next === null || next.atMs > trialMs)) {
      nowMs = Math.max(nowMs, trialMs);
      isTrial = false;
      release();
      continue;
    }
    if (next === null) return { endMs, roomMs };
    timeline.remove();
    nowMs = Math.max(nowMs, next.atMs);
    const { kind, tokens, requests } = next;
    if (kind === 'comes') {
      lineOf(next.runId).batches.push(next);
      continue;
    }
    held -= tokens;
    heldRequests -= requests;
    lineOf(next.runId).held -= tokens;
    if (next.runId !== runId) continue;
    endMs = nowMs;
    if (random() < retried.batches) {
      const share = Math.min(retried.part, mostRetried);
      const part = { runId, tokens: tokens * share, requests: requests * share };
      if (part.requests >= 0.5) lineOf(runId).batches.push(part);
    }
    if (isTrial) {
      isTrial = false;
      release();
    }
  }
}

/** The batches of one run that wait, and the tokens that it has in the queue. */
interface Line {
  held: number;
  readonly batches: QueuedBatch[];
  next: number;
}

/** As `isItsTurn` decides: of the runs that wait, the one that holds least. */
function nextLine(lines: ReadonlyMap<string, Line>): Line | null {
  let first: Line | null = null;
  for (const line of lines.values()) {
    if (line.next < line.batches.length && (first === null || line.held < first.held)) first = line;
  }
  return first;
}

/** What comes, the soonest first: a binary heap. */
class Timeline {
  readonly #heap: Ending[] = [];

  peek(): Ending | null {
    return this.#heap[0] ?? null;
  }

  add(ending: Ending): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(ending);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#atMs(parent) <= ending.atMs) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  remove(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#atMs(left + 1) < this.#atMs(left) ? left + 1 : left;
      if (this.#atMs(child) >= this.#atMs(at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #atMs(index: number): number {
    return this.#heap[index]?.atMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = one;
  }
}
