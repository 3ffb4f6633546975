/* Long, because it is one story: a line that is struck at a moment, and all that is looked at afterwards. */

import { expect } from '@jest/globals';
import { eventually, type ServiceProcess } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Carrier } from '../crash/carrier.js';
import type { Moment, PortCall } from '../crash/moments.js';
import { RealEngine, stageNames, type StageName } from './real-engine.js';

const doomedMain = join(import.meta.dirname, '../crash/doomed.ts');
const documentsPerRun = 12;
const hitWithinMs = 600_000;
const endWithinMs = 120_000;

/** restarted: one process is killed and started again. taken over: there are two, and the other one goes on. */
export type Afterwards = 'restarted' | 'taken over by a replica';

/** When a frozen process goes on: as soon as another one has taken what it held, or later still. */
export type Awake = 'when it was taken over' | 'after the end of the run';

/** What test/crash/doomed.ts is told. */
type Doom = Readonly<Record<'DOOM' | 'DOOM_ONCE' | 'DOOMED_SERVICE' | 'DOOM_SIGNAL', string>>;

const kindsOfRecords = ['runs', 'claims', 'batches', 'notifications'] as const;

/** Six services on real servers, of which one or two are killed at a moment, each in a run of its own. */
export class KilledEngine {
  readonly #hit: string[] = [];
  /** Every process speaks to the provider through a carrier of its own, so that it is known who calls. */
  readonly #carriers = new Map<ServiceProcess, Carrier>();
  #embedded = 0;
  #asked = 0;

  private constructor(readonly line: RealEngine) {}

  static async open(): Promise<KilledEngine> {
    const line = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '5', BATCHMILL_SLICE_LINES: '2', NODE_OPTIONS: '--max-old-space-size=192' },
    });
    const struck = new KilledEngine(line);
    try {
      await struck.#start(stageNames);
      return struck;
    } catch (error) {
      await struck.close();
      throw error;
    }
  }

  /** Kills the service at its moment in a new run; resolves once the run has ended and was looked at. */
  async killAt(moment: Moment, afterwards: Afterwards): Promise<void> {
    const killed = await this.#doom(moment, afterwards === 'restarted' ? 1 : 2);
    const runId = await this.#ask(moment, moment.id);
    await killed();
    if (afterwards === 'restarted') await this.#start([moment.service]);
    await this.#expectDone(moment, runId, moment.id);
  }

  /**
   * Kills the first service in one run and, while it is dead, the second in another; then both are started again. The
   * second stands before the first in the line: it comes to its moment without it.
   */
  async killBoth(first: Moment, second: Moment): Promise<void> {
    const pair = [first, second].map((moment) => ({ moment, topic: `${moment.id}-of-${first.id}-${second.id}` }));
    const runIds: string[] = [];
    for (const { moment, topic } of pair) {
      const killed = await this.#doom(moment, 1);
      runIds.push(await this.#ask(moment, topic));
      await killed();
    }
    await this.#start(pair.map(({ moment }) => moment.service));
    for (const [index, { moment, topic }] of pair.entries()) await this.#expectDone(moment, runIds[index]!, topic);
  }

  /**
   * Freezes the one of two processes that comes to the moment first, and thaws it. Then it does the next run alone: what it
   * was about to do when it was frozen is behind it by then. `meanwhile` happens while it is frozen.
   */
  async freezeAt(
    moment: Moment & { readonly at: PortCall },
    awake: Awake,
    meanwhile: (topic: string) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const doom = this.#doomAt(moment, moment.at, 'SIGSTOP');
    const processes = await this.#replace(moment.service, 2, doom);
    const runId = await this.#ask(moment, moment.id);
    const sleeper = await eventually(
      `a process of ${moment.service} frozen`,
      () => processes.find(({ pid }) => isFrozenAs(pid, doom.DOOM_ONCE)),
      hitWithinMs,
    );
    this.#hit.push(labelOf(moment));
    await meanwhile(moment.id);
    if (awake === 'when it was taken over') await this.#takenOver(runId);
    else await this.line.endOf(runId, endWithinMs);
    sleeper.thaw();
    await this.line.endOf(runId, endWithinMs);
    await Promise.all(processes.filter((each) => each !== sleeper).map((each) => this.line.stop(each)));
    const next = `${moment.id}-next`;
    const nextId = await this.#ask(moment, next);
    await this.#expectDone(moment, nextId, next);
    await this.#expectDone(moment, runId, moment.id);
  }

  async expectNothingTwice(): Promise<void> {
    // Files that a killed upload left are found by the sweep.
    const ledger = await eventually(
      'no file left at the provider',
      async () => {
        const found = await this.line.simulator.ledger();
        return found.files.length === 0 && found;
      },
      600_000,
      200,
    );
    expect(ledger).toMatchObject({ requests: this.#asked, twice: [] });
    expect(await this.line.vectors.count(this.line.collection)).toBe(this.#embedded);
  }

  /** Prints every moment that was hit and every one that was not; throws when there is one. */
  expectHit(moments: readonly Moment[]): void {
    const missed = moments.map(labelOf).filter((label) => !this.#hit.includes(label));
    const lines = [...this.#hit.map((label) => `hit: ${label}\n`), ...missed.map((label) => `MISSED: ${label}\n`)];
    process.stdout.write(lines.join(''));
    expect(missed).toEqual([]);
  }

  async close(): Promise<void> {
    await this.line.close();
    for (const carrier of this.#carriers.values()) await carrier.close();
  }

  async #start(names: readonly StageName[], doom: Doom | null = null): Promise<ServiceProcess[]> {
    const starting = names.map((name) => this.#startOne(name, doom));
    await Promise.allSettled(starting);
    return Promise.all(starting);
  }

  async #startOne(name: StageName, doom: Doom | null): Promise<ServiceProcess> {
    const carrier = await Carrier.to(this.line.simulator.url);
    const env = { OPENAI_BASE_URL: `${carrier.url}/v1`, ...doom };
    const service = await this.line.startOne(name, doom === null ? { env } : { env, main: doomedMain });
    this.#carriers.set(service, carrier);
    return service;
  }

  /** Has so many processes of the moment's service, of which the first that comes to it dies. Resolves with the wait for that. */
  async #doom(moment: Moment, processes: number): Promise<() => Promise<void>> {
    const doomed =
      'port' in moment.at
        ? await this.#replace(moment.service, processes, this.#doomAt(moment, moment.at, 'SIGKILL'))
        : await this.#have(moment.service, processes);
    for (const service of doomed) {
      if ('port' in moment.at) this.line.mayDie(service);
      else this.#watch(doomed, service, moment.at);
    }
    return async () => {
      await eventually(`the kill of ${labelOf(moment)}`, () => doomed.some(({ isRunning }) => !isRunning), hitWithinMs);
      this.#hit.push(labelOf(moment));
      const dead = doomed.filter(({ isRunning }) => !isRunning);
      expect(await Promise.all(dead.map((service) => service.end('SIGKILL')))).toEqual([
        { code: null, signal: 'SIGKILL' },
      ]);
    };
  }

  #doomAt({ service }: Moment, at: PortCall, signal: 'SIGKILL' | 'SIGSTOP'): Doom {
    return {
      DOOM: JSON.stringify(at),
      DOOM_ONCE: join(this.line.folder, `doom-${randomUUID()}`),
      DOOMED_SERVICE: service,
      DOOM_SIGNAL: signal,
    };
  }

  /** Somebody has taken a record of the run that was held just now. */
  async #takenOver(runId: string): Promise<void> {
    const held = await this.#heldOf(runId);
    expect(held.size).toBeGreaterThan(0);
    await eventually(
      `what is held of ${runId} is taken over`,
      async () => [...(await this.#fencesOf(runId))].some(([id, fence]) => fence > (held.get(id) ?? Infinity)),
      endWithinMs,
      50,
    );
  }

  async #heldOf(runId: string): Promise<Map<string, number>> {
    return this.#fencesOf(runId, { 'lease.owner': { $ne: null } });
  }

  /** By kind and id. */
  async #fencesOf(runId: string, filter: Record<string, unknown> = {}): Promise<Map<string, number>> {
    const fences = new Map<string, number>();
    for (const kind of kindsOfRecords) {
      const ofRun = kind === 'runs' ? { _id: runId } : { runId };
      for await (const { _id, fence } of this.line.state.collection(kind).find({ ...ofRun, ...filter })) {
        fences.set(`${kind} ${String(_id)}`, Number(fence));
      }
    }
    return fences;
  }

  #watch(doomed: readonly ServiceProcess[], service: ServiceProcess, call: Parameters<Carrier['watch']>[0]): void {
    this.#carriers.get(service)!.watch(call, () => {
      for (const each of doomed) this.#carriers.get(each)!.unwatch();
      void this.line.kill(service);
    });
  }

  async #have(name: StageName, processes: number): Promise<ServiceProcess[]> {
    const there = this.line.of(name);
    await Promise.all(there.slice(processes).map((service) => this.line.stop(service)));
    const missing = Math.max(0, processes - there.length);
    return [...there.slice(0, processes), ...(await this.#start(Array.from({ length: missing }, () => name)))];
  }

  async #replace(name: StageName, processes: number, doom: Doom): Promise<ServiceProcess[]> {
    await Promise.all(this.line.of(name).map((service) => this.line.stop(service)));
    return this.#start(
      Array.from({ length: processes }, () => name),
      doom,
    );
  }

  async #ask({ endpoint }: Moment, topic: string): Promise<string> {
    await this.line.addNotes(topic, documentsPerRun);
    this.#asked += documentsPerRun;
    if (endpoint === 'embeddings') this.#embedded += documentsPerRun;
    return this.line.ask(topic, endpoint);
  }

  async #expectDone({ endpoint }: Moment, runId: string, topic: string): Promise<void> {
    const run = await this.line.endOf(runId, endWithinMs);
    expect(run['totals']).toMatchObject({ documents: { succeeded: documentsPerRun, failed: 0, left: 0 } });
    const field = endpoint === 'embeddings' ? 'embedding_status' : 'ai_status';
    expect(await this.line.statesOf(topic, field)).toEqual({ completed: documentsPerRun });
    if (endpoint === 'embeddings') return;
    for await (const note of this.line.documents.collection('notes').find({ topic })) {
      expect(note['answers']).toHaveLength(1);
    }
  }
}

/** Linux says T of a process that is stopped. */
function isFrozenAs(pid: number, onceFile: string): boolean {
  if (!existsSync(onceFile) || readFileSync(onceFile, 'utf8') !== String(pid)) return false;
  return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function labelOf({ service, name }: Moment): string {
  return `${service}: ${name}`;
}
