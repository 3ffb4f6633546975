/* Long, because everything that a run can wait for stands here in its order, with its words. */

import { accountRefusedCode } from '@batchmill/provider';
import { describeHold } from '../batch-hold.js';
import type { Limits } from '../shown-limit.js';
import type { Rate } from '../rates/rates.js';
import { isPaused, type Run } from '../runs.js';
import type { RecordedError, WorkRecord } from '../work/work-record.js';
import { roughDuration } from './rough-duration.js';
import { isIngested, type RunWork } from './run-work.js';
import { waitKinds, type WaitKind } from './wait-kinds.js';

/** One thing that a run waits for. */
export interface RunWait {
  readonly for: WaitKind;
  /** Since when; null: not known. */
  readonly since: Date | null;
  /** When it goes on; null: not known. Of a full queue it is a forecast, half of the times before. */
  readonly until: Date | null;
  /** Batches that wait for it; 0: all of the run does. */
  readonly batches: number;
  /** Why, in the words of who refuses; null: the kind says it. */
  readonly reason: string | null;
  /** queue and rate-limit: of which model; null: of the account. */
  readonly model: string | null;
  /** queue: what is in it of how much; null: the provider has named no limit. */
  readonly queue: QueueUse | null;
}

/** How full the provider's queue is. */
export interface QueueUse {
  readonly held: number;
  readonly limit: number;
  readonly unit: 'tokens' | 'requests';
}

/** A queue as it is shared by the runs of an account. */
export interface SharedQueue {
  readonly held: number;
  readonly heldRequests: number;
  readonly limits: Limits;
  /** The batches that have asked for room and found none, with the time since when. */
  readonly waiting: ReadonlyMap<string, Date>;
}

export interface WaitFacts {
  readonly run: Run;
  readonly work: RunWork;
  /** By model. */
  readonly queues: ReadonlyMap<string, SharedQueue>;
  /** By model; null: of the Files and Batches calls. */
  readonly rates: ReadonlyMap<string | null, Rate>;
  /** Of this process. */
  readonly outages: readonly { readonly message: string; readonly since: Date }[];
  /** When the queue of a model has room again. */
  readonly rooms: ReadonlyMap<string, Date>;
  readonly now: Date;
}

const nothing = { since: null, until: null, batches: 0, reason: null, model: null, queue: null } as const;
/** A call that waits no longer than this is part of every busy minute. */
const shortWaitMs = 1_000;

/** Everything that a run waits for, in the order of `waitKinds`. Empty: it works, or has ended. */
export function waitsOf(facts: WaitFacts): RunWait[] {
  const { run } = facts;
  if (run.state === 'awaited') return [{ ...nothing, for: 'request', since: run.createdAt }];
  if (run.state === 'requested' && run.error === null) return [{ ...nothing, for: 'stage', since: run.createdAt }];
  if (run.state !== 'running' && run.state !== 'requested') return [];
  const waits = [...waitsOfRecords(facts), ...queueWaits(facts), ...rateWaits(facts), ...calmWaits(facts)];
  return waits.toSorted((a, b) => waitKinds.indexOf(a.for) - waitKinds.indexOf(b.for));
}

/** Why a run goes on at no time that can be told; null: it can. */
export function obstacleIn(waits: readonly RunWait[]): string | null {
  const [obstacle] = waits.filter(({ for: kind }) => kind in obstacles);
  return obstacle === undefined ? null : (obstacles[obstacle.for] ?? null);
}

const obstacles: Readonly<Partial<Record<WaitKind, string>>> = {
  stage: 'the run has not begun',
  request: 'the run has not begun',
  pause: 'the run is paused',
  outage: 'it waits for something that is unavailable',
  account: 'the provider refuses the account',
  'other-account': 'batches wait for the key of another account',
  parked: 'work of the run is parked',
};

/** What went wrong with the run, its claims and its batches, one of each kind: the first of them, and how many there are. */
function waitsOfRecords({ run, work, outages, now }: WaitFacts): RunWait[] {
  const found = new Map<WaitKind, RunWait>();
  const add = (wait: RunWait, count: number): void => {
    const known = found.get(wait.for);
    const isFirst = known === undefined || (wait.since?.getTime() ?? 0) < (known.since?.getTime() ?? 0);
    const batches = (known?.batches ?? 0) + count;
    found.set(wait.for, { ...(isFirst ? wait : known), batches, until: earliest(known?.until ?? null, wait.until) });
  };
  if (isPaused(run)) add({ ...nothing, for: 'pause', since: run.pausedAt, reason: run.pauseReason ?? null }, 0);
  for (const { message, since } of outages) add({ ...nothing, for: 'outage', since, reason: message }, 0);
  for (const record of [run, ...work.claims.filter(({ state }) => state !== 'done')]) addOf(record, 0);
  for (const batch of work.batches) {
    if (isIngested(batch)) continue;
    const { held, otherAccount } = batch;
    if (batch.parked) add({ ...nothing, for: 'parked', since: batch.error?.at ?? null }, 1);
    else if (otherAccount != null) {
      const reason = describeHold(batch, otherAccount);
      add({ ...nothing, for: 'other-account', since: otherAccount.since, reason }, 1);
    } else if (batch.error != null) addOf(batch, 1);
    else if (held != null && held.about !== 'queue') {
      const kind = held.about === 'limit' ? 'spending-limit' : held.about;
      const code = held.code === null ? '' : `${held.code}: `;
      add(
        { ...nothing, for: kind, since: held.since, reason: `${code}${held.message}`, until: backoffOf(batch, now) },
        1,
      );
    }
  }
  return [...found.values()];

  function addOf(
    record: Pick<WorkRecord, 'parked' | 'backoffUntil'> & { readonly error?: RecordedError | null },
    count: number,
  ): void {
    const { parked, error } = record;
    if (parked) add({ ...nothing, for: 'parked', since: error?.at ?? null }, count);
    else if (error != null) {
      add(
        { ...nothing, for: kindOf(error), since: error.at, reason: error.message, until: backoffOf(record, now) },
        count,
      );
    }
  }
}

function kindOf({ kind, code }: RecordedError): WaitKind {
  if (code === accountRefusedCode) return 'account';
  if (code === 'provider.rate-limited') return 'rate-limit';
  return kind === 'ConnectionError' ? 'outage' : 'backoff';
}

/** Batches that have found no room, or that the provider has refused because of its queue. */
function queueWaits({ work, queues, rooms, now }: WaitFacts): RunWait[] {
  const waits = new Map<string, RunWait>();
  for (const batch of work.batches) {
    const { _id, model, state, parked, held, inputTokens, requests } = batch;
    if (state !== 'built' || parked || batch.error != null) continue;
    const queue = queues.get(model);
    const askedAt = queue?.waiting.get(_id) ?? (held?.about === 'queue' ? held.since : null);
    if (askedAt === null) continue;
    const known = waits.get(model);
    waits.set(model, {
      ...nothing,
      for: 'queue',
      model,
      since: earliest(known?.since ?? null, askedAt),
      until: rooms.get(model) ?? earliest(known?.until ?? null, backoffOf(batch, now)),
      batches: (known?.batches ?? 0) + 1,
      reason: known?.reason ?? held?.message ?? null,
      queue: known?.queue ?? (queue === undefined ? null : useOf(queue, { tokens: inputTokens, requests })),
    });
  }
  return [...waits.values()];
}

/** Of tokens and requests, what leaves no room. */
function useOf(
  { held, heldRequests, limits }: SharedQueue,
  wanted: { tokens: number; requests: number },
): QueueUse | null {
  const { tokens, requests } = limits;
  const byRequests = requests !== null && heldRequests + wanted.requests > requests;
  if (requests !== null && (byRequests || tokens === null))
    return { held: heldRequests, limit: requests, unit: 'requests' };
  return tokens === null ? null : { held, limit: tokens, unit: 'tokens' };
}

/** Synchronous calls, and those of batches to be sent, that wait for their turn. */
function rateWaits({ work, rates, now }: WaitFacts): RunWait[] {
  const waits: RunWait[] = [];
  const inLane = (model: string | null): number =>
    work.batches.filter((batch) => {
      if (batch.state !== 'built' || batch.parked) return false;
      return model === null ? batch.synchronous == null : batch.synchronous != null && batch.model === model;
    }).length;
  for (const [model, { nextAt, isStopped, perMinute }] of rates) {
    const batches = inLane(model);
    if (nextAt === null || batches === 0 || nextAt.getTime() - now.getTime() < shortWaitMs) continue;
    const { requests, tokens } = perMinute;
    const what = isStopped
      ? 'the provider asked to send nothing until then'
      : `${requests.toLocaleString('en-US')} requests and ${tokens.toLocaleString('en-US')} tokens a minute`;
    waits.push({ ...nothing, for: 'rate-limit', model, until: nextAt, batches, reason: what });
  }
  return waits;
}

/** What goes on by itself. */
function calmWaits({ run, work }: WaitFacts): RunWait[] {
  const sent = work.batches.filter(({ state, parked, otherAccount }) => {
    return state === 'submitted' && !parked && otherAccount == null;
  });
  const waits: RunWait[] = [];
  if (sent.length > 0) {
    const since = sent.map(({ provider }) => provider?.submittedAt ?? null).reduce(earliest, null);
    const isTrial = !run.scan.ended && run.scan.awaitsTrial === true;
    waits.push({ ...nothing, for: isTrial ? 'trial' : 'provider', since, batches: sent.length });
  }
  const open = new Set(work.batches.filter((batch) => !isIngested(batch)).map(({ claimId }) => claimId));
  const rests = work.models.flatMap(({ rests: ofModel }) => ofModel).filter(({ claimId }) => !open.has(claimId));
  if (rests.length > 0) {
    const until = rests.map(({ retryAt }) => retryAt).reduce(earliest, null);
    waits.push({ ...nothing, for: 'retry', until, batches: rests.length });
  }
  return waits;
}

/**
 * A wait in words, the most important first: `queue full: 2.9 of 3.0 M tokens of text-embedding-3-small`, `next room in about 40
 * min`.
 */
export function describeWait(wait: RunWait, now: Date): string[] {
  const { reason, model, queue, until, batches } = wait;
  const many = `${batches.toLocaleString('en-US')} ${batches === 1 ? 'batch' : 'batches'}`;
  const within = (at: Date): string => roughDuration(Math.max(0, at.getTime() - now.getTime()));
  const again = until === null || until <= now ? [] : [`tried again in ${within(until)}`];
  switch (wait.for) {
    case 'stage':
      return ['for a chunk-scanner to take the run'];
    case 'request':
      return ['for the request of the run'];
    case 'pause':
      return [reason === null ? 'paused' : `paused: ${reason}`];
    case 'outage':
      return [reason ?? 'for something that is unavailable', ...again];
    case 'account':
      return [`the provider refuses the account: ${reason ?? 'no reason is known'}`, ...again];
    case 'other-account':
      return [reason ?? 'for the key of another account'];
    case 'backoff':
      return [reason ?? 'for another attempt', ...again];
    case 'parked':
      return ['work of the run is parked: batchmill parked list'];
    case 'spending-limit':
      return [reason ?? 'a spending limit has no room', many];
    case 'moment':
      return [`the provider refuses for now: ${reason ?? 'no reason is known'}`, ...again];
    case 'queue': {
      const of = model === null ? '' : ` of ${model}`;
      const full =
        queue === null ? `queue full: the provider takes no more${of}` : `queue full: ${useText(queue)}${of}`;
      return [
        full,
        ...(until === null ? [] : [until <= now ? 'next room now' : `next room in about ${within(until)}`]),
        `${many} to send`,
      ];
    }
    case 'rate-limit': {
      const of = model === null ? 'files and batches' : model;
      return [
        `rate limit of ${of}: next call in ${until === null ? 'a moment' : within(until)}`,
        ...(reason === null ? [] : [reason]),
      ];
    }
    case 'trial':
      return ['for an answer to the trial'];
    case 'provider':
      return ['for the provider', `${many} there`];
    case 'retry':
      return ['for the time of a retry', ...(until === null || until <= now ? [] : [`due in ${within(until)}`])];
  }
}

/** `2.9 of 3.0 M tokens`, in the unit of the limit. */
export function useText({ held, limit, unit }: QueueUse): string {
  const [divisor, suffix] = limit >= 1_000_000 ? [1_000_000, ' M'] : limit >= 10_000 ? [1_000, ' k'] : [1, ''];
  const scaled = (count: number): string => {
    return divisor === 1 ? count.toLocaleString('en-US') : (count / divisor).toFixed(limit / divisor < 100 ? 1 : 0);
  };
  return `${scaled(held)} of ${scaled(limit)}${suffix} ${unit}`;
}

function backoffOf({ backoffUntil }: Pick<WorkRecord, 'backoffUntil'>, now: Date): Date | null {
  return backoffUntil > now ? backoffUntil : null;
}

function earliest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}
