/* Long, because it is one story: an engine whose services are killed at a moment, and every check afterwards. */

import { expect } from '@jest/globals';
import { eventually, type ServiceProcess } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderProxy } from '../crash/provider-proxy.js';
import type { Moment, PortCall } from '../crash/moments.js';
import { RealEngine, stageNames, type StageName } from './real-engine.js';

const selfKillingMain = join(import.meta.dirname, '../crash/self-killing-service.ts');
const documentsPerRun = 12;
const killedWithinMs = 600_000;
const endWithinMs = 120_000;
const longLease = '1800';

/** restarted: one process is killed and started again. taken over: of two processes one is killed, the other continues. */
export type Afterwards = 'restarted' | 'taken over by a replica';

/** When a frozen process is thawed. */
export type ThawTime = 'when its work was taken over' | 'after the end of the run';

/** The environment of test/crash/self-killing-service.ts. */
type KillEnv = Readonly<Record<'KILL_AT' | 'KILL_ONCE_FILE' | 'KILL_SERVICE' | 'KILL_SIGNAL', string>> & {
  readonly BATCHMILL_LEASE?: string;
};

const kindsOfRecords = ['runs', 'claims', 'batches', 'notifications'] as const;

/** Six services on real servers, of which one or two are killed at a moment, each in a run of its own. */
export class KilledEngine {
  readonly #hit: string[] = [];
  /** Every process calls the provider through its own proxy, which thereby knows the caller. */
  readonly #proxies = new Map<ServiceProcess, ProviderProxy>();
  #embedded = 0;
  #requested = 0;

  private constructor(readonly engine: RealEngine) {}

  static async open(): Promise<KilledEngine> {
    const engine = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '5', BATCHMILL_SLICE_LINES: '2', NODE_OPTIONS: '--max-old-space-size=192' },
    });
    const killedEngine = new KilledEngine(engine);
    try {
      await killedEngine.#start(stageNames);
      return killedEngine;
    } catch (error) {
      await killedEngine.close();
      throw error;
    }
  }

  /** Kills the service at its moment in a new run. Resolves once the run has ended and was checked. */
  async killAt(moment: Moment, afterwards: Afterwards): Promise<void> {
    const awaitKill = await this.#prepareKill(moment, afterwards === 'restarted' ? 1 : 2);
    const runId = await this.#requestRun(moment, moment.id);
    await awaitKill();
    if (afterwards === 'restarted') await this.#start([moment.service]);
    await this.#expectDone(moment, runId, moment.id);
  }

  /**
   * Kills the first service in one run and, while it is dead, the second in another; then starts both again. The second
   * comes before the first among the stages, so that it reaches its moment without it.
   */
  async killBoth(first: Moment, second: Moment): Promise<void> {
    const pair = [first, second].map((moment) => ({ moment, topic: `${moment.id}-of-${first.id}-${second.id}` }));
    const runIds: string[] = [];
    for (const { moment, topic } of pair) {
      const awaitKill = await this.#prepareKill(moment, 1);
      runIds.push(await this.#requestRun(moment, topic));
      await awaitKill();
    }
    await this.#start(pair.map(({ moment }) => moment.service));
    for (const [index, { moment, topic }] of pair.entries()) await this.#expectDone(moment, runIds[index]!, topic);
  }

  /**
   * Freezes the one of two processes that reaches the moment first, and thaws it. Then it does the next run alone, so that
   * it has completed its interrupted work by then. `meanwhile` is called while it is frozen.
   */
  async freezeAt(
    moment: Moment & { readonly at: PortCall },
    thawTime: ThawTime,
    meanwhile: (topic: string) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const killEnv = this.#killEnvFor(moment, moment.at, 'SIGSTOP');
    const processes = await this.#replace(moment.service, 2, killEnv);
    const runId = await this.#requestRun(moment, moment.id);
    const frozenProcess = await eventually(
      `a process of ${moment.service} frozen`,
      () => processes.find(({ pid }) => isFrozenAs(pid, killEnv.KILL_ONCE_FILE)),
      killedWithinMs,
    );
    this.#hit.push(labelOf(moment));
    await meanwhile(moment.id);
    if (thawTime === 'when its work was taken over') await this.#awaitTakeover(runId);
    else await this.engine.endOf(runId, endWithinMs);
    frozenProcess.thaw();
    await this.engine.endOf(runId, endWithinMs);
    await Promise.all(processes.filter((each) => each !== frozenProcess).map((each) => this.engine.stop(each)));
    const next = `${moment.id}-next`;
    const nextId = await this.#requestRun(moment, next);
    await this.#expectDone(moment, nextId, next);
    await this.#expectDone(moment, runId, moment.id);
  }

  async expectNothingTwice(): Promise<void> {
    // Files that a killed upload left are found by the sweep.
    const ledger = await eventually(
      'no file left at the provider',
      async () => {
        const found = await this.engine.simulator.ledger();
        return found.files.length === 0 && found;
      },
      600_000,
      200,
    );
    expect(ledger).toMatchObject({ requests: this.#requested, twice: [] });
    expect(await this.engine.vectors.count(this.engine.collection)).toBe(this.#embedded);
  }

  /** Prints every moment, and throws when no process was killed at one of them. */
  expectHit(moments: readonly Moment[]): void {
    const missed = moments.map(labelOf).filter((label) => !this.#hit.includes(label));
    const lines = [...this.#hit.map((label) => `hit: ${label}\n`), ...missed.map((label) => `MISSED: ${label}\n`)];
    process.stdout.write(lines.join(''));
    expect(missed).toEqual([]);
  }

  async close(): Promise<void> {
    await this.engine.close();
    for (const proxy of this.#proxies.values()) await proxy.close();
  }

  async #start(names: readonly StageName[], killEnv: KillEnv | null = null): Promise<ServiceProcess[]> {
    const starting = names.map((name) => this.#startOne(name, killEnv));
    await Promise.allSettled(starting);
    return Promise.all(starting);
  }

  async #startOne(name: StageName, killEnv: KillEnv | null): Promise<ServiceProcess> {
    const proxy = await ProviderProxy.to(this.engine.simulator.url);
    const env = { OPENAI_BASE_URL: `${proxy.url}/v1`, ...killEnv };
    const service = await this.engine.startOne(name, killEnv === null ? { env } : { env, main: selfKillingMain });
    this.#proxies.set(service, proxy);
    return service;
  }

  /** Starts processes of the moment's service, of which the first that reaches it is killed. Resolves with a wait for the kill. */
  async #prepareKill(moment: Moment, processes: number): Promise<() => Promise<void>> {
    const candidates =
      'port' in moment.at
        ? await this.#replace(moment.service, processes, {
            ...this.#killEnvFor(moment, moment.at, 'SIGKILL'),
            // Of one that is started again, the leases last longer than the test may take: its successor must end them.
            ...(processes === 1 && { BATCHMILL_LEASE: longLease }),
          })
        : await this.#ensureRunning(moment.service, processes);
    for (const service of candidates) {
      if ('port' in moment.at) this.engine.expectEnd(service);
      else this.#watch(candidates, service, moment.at);
    }
    return async () => {
      await eventually(
        `the kill of ${labelOf(moment)}`,
        () => candidates.some(({ isRunning }) => !isRunning),
        killedWithinMs,
      );
      this.#hit.push(labelOf(moment));
      const dead = candidates.filter(({ isRunning }) => !isRunning);
      expect(await Promise.all(dead.map((service) => service.end('SIGKILL')))).toEqual([
        { code: null, signal: 'SIGKILL' },
      ]);
    };
  }

  #killEnvFor({ service }: Moment, at: PortCall, signal: 'SIGKILL' | 'SIGSTOP'): KillEnv {
    return {
      KILL_AT: JSON.stringify(at),
      KILL_ONCE_FILE: join(this.engine.folder, `kill-${randomUUID()}`),
      KILL_SERVICE: service,
      KILL_SIGNAL: signal,
    };
  }

  /** Resolves once another process has taken a record of the run that is leased now. */
  async #awaitTakeover(runId: string): Promise<void> {
    const leased = await this.#leasedOf(runId);
    expect(leased.size).toBeGreaterThan(0);
    await eventually(
      `the takeover of a record of ${runId}`,
      async () => [...(await this.#fencesOf(runId))].some(([id, fence]) => fence > (leased.get(id) ?? Infinity)),
      endWithinMs,
      50,
    );
  }

  async #leasedOf(runId: string): Promise<Map<string, number>> {
    return this.#fencesOf(runId, { 'lease.owner': { $ne: null } });
  }

  /** The fences of the run's records, by kind and id. */
  async #fencesOf(runId: string, filter: Record<string, unknown> = {}): Promise<Map<string, number>> {
    const fences = new Map<string, number>();
    for (const kind of kindsOfRecords) {
      const ofRun = kind === 'runs' ? { _id: runId } : { runId };
      for await (const { _id, fence } of this.engine.state.collection(kind).find({ ...ofRun, ...filter })) {
        fences.set(`${kind} ${String(_id)}`, Number(fence));
      }
    }
    return fences;
  }

  #watch(
    candidates: readonly ServiceProcess[],
    service: ServiceProcess,
    call: Parameters<ProviderProxy['watch']>[0],
  ): void {
    this.#proxies.get(service)!.watch(call, () => {
      for (const each of candidates) this.#proxies.get(each)!.unwatch();
      void this.engine.kill(service);
    });
  }

  async #ensureRunning(name: StageName, processes: number): Promise<ServiceProcess[]> {
    const running = this.engine.of(name);
    await Promise.all(running.slice(processes).map((service) => this.engine.stop(service)));
    const missing = Math.max(0, processes - running.length);
    return [...running.slice(0, processes), ...(await this.#start(Array.from({ length: missing }, () => name)))];
  }

  async #replace(name: StageName, processes: number, killEnv: KillEnv): Promise<ServiceProcess[]> {
    await Promise.all(this.engine.of(name).map((service) => this.engine.stop(service)));
    return this.#start(
      Array.from({ length: processes }, () => name),
      killEnv,
    );
  }

  async #requestRun({ endpoint }: Moment, topic: string): Promise<string> {
    await this.engine.addNotes(topic, documentsPerRun);
    this.#requested += documentsPerRun;
    if (endpoint === 'embeddings') this.#embedded += documentsPerRun;
    return this.engine.requestRun(topic, endpoint);
  }

  async #expectDone({ endpoint }: Moment, runId: string, topic: string): Promise<void> {
    const run = await this.engine.endOf(runId, endWithinMs);
    expect(run['totals']).toMatchObject({ documents: { succeeded: documentsPerRun, failed: 0, left: 0 } });
    const field = endpoint === 'embeddings' ? 'embedding_status' : 'ai_status';
    expect(await this.engine.statesOf(topic, field)).toEqual({ completed: documentsPerRun });
    if (endpoint === 'embeddings') return;
    for await (const note of this.engine.documents.collection('notes').find({ topic })) {
      expect(note['answers']).toHaveLength(1);
    }
  }
}

/** Linux reports state T for a stopped process. */
function isFrozenAs(pid: number, onceFile: string): boolean {
  if (!existsSync(onceFile) || readFileSync(onceFile, 'utf8') !== String(pid)) return false;
  return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function labelOf({ service, name }: Moment): string {
  return `${service}: ${name}`;
}
