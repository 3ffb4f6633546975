import type { Clock, Ids } from '@batchmill/contracts';
import type { Blobs } from '@batchmill/blobs';
import type { Bus } from '@batchmill/bus';
import type { Pipelines } from '@batchmill/pipeline';
import type { Provider } from '@batchmill/provider';
import {
  AccountProgress,
  Batches,
  Budgets,
  Claims,
  DeadlineForecasts,
  Documents,
  Inbox,
  Ledger,
  Notifications,
  AskedTexts,
  EmbeddedTexts,
  ReusableAnswers,
  Rates,
  RunForecasts,
  RunRecords,
  RunWorks,
  Runs,
  Schedules,
  Spendings,
  Turnarounds,
  WrittenCollections,
} from '@batchmill/records';
import {
  Readiness,
  OutboxPublisher,
  type HostDependencies,
  type EngineSettings,
  type WorkSettings,
} from '@batchmill/stage';
import type { Store } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';
import type { Vectors } from '@batchmill/vectors';
import { DueWork } from './due/due-work.js';
import { InstallationWatch } from './watch-installation.js';

/** The opened ports. */
export interface Ports {
  readonly bus: Bus;
  /** The state of Batchmill. */
  readonly store: Store;
  /** The users' documents. It may be the same store. */
  readonly documentStore: Store;
  readonly blobs: Blobs;
  readonly vectors: Vectors;
  readonly provider: Provider;
}

export interface EngineContext {
  readonly pipelines: Pipelines;
  readonly engineSettings: EngineSettings;
  readonly work: WorkSettings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** The ports, the records on them, and everything else that stages inject. */
export interface Engine extends Ports, EngineContext {
  readonly runs: Runs;
  readonly claims: Claims;
  readonly batches: Batches;
  readonly budgets: Budgets;
  readonly spendings: Spendings;
  readonly ledger: Ledger;
  readonly rates: Rates;
  readonly deadlineForecasts: DeadlineForecasts;
  readonly runForecasts: RunForecasts;
  readonly runRecords: RunRecords;
  readonly turnarounds: Turnarounds;
  readonly reusableAnswers: ReusableAnswers;
  readonly writtenCollections: WrittenCollections;
  readonly embeddedTexts: EmbeddedTexts;
  readonly askedTexts: AskedTexts;
  readonly accountProgress: AccountProgress;
  readonly notifications: Notifications;
  readonly schedules: Schedules;
  readonly inbox: Inbox;
  readonly documents: Documents;
  readonly readiness: Readiness;
  readonly dueWork: DueWork;
  readonly installationWatch: InstallationWatch;
  readonly hostDependencies: HostDependencies;
}

/** Creates the records on the ports, and what the host of the stages needs. `source` is the source of published events. */
export function assembleEngine(ports: Ports, context: EngineContext, source: string): Engine {
  const { store, documentStore, bus, provider } = ports;
  const { clock, ids, log, work, engineSettings, pipelines } = context;
  const runs = new Runs(store, clock);
  const claims = new Claims(store, clock);
  const batches = new Batches(store, clock);
  const notifications = new Notifications(store, clock);
  const schedules = new Schedules(store, clock);
  const inbox = new Inbox(store, clock);
  const readiness = new Readiness(clock);
  const budgets = new Budgets(store, clock);
  const spendings = new Spendings(store);
  const turnarounds = new Turnarounds(store);
  const writtenCollections = new WrittenCollections(store);
  const rates = new Rates(store, clock, engineSettings.perMinute);
  const works = new RunWorks(claims, batches, clock);
  const account = (): string => provider.account;
  const deadlines = new DeadlineForecasts({ runs, works, rates, clock, account });
  const { trialWaitMs } = engineSettings;
  const { installation } = engineSettings;
  const records = [runs, claims, batches, notifications, schedules, inbox];
  const publisher = new OutboxPublisher(bus, clock, ids, log, { source, installation });
  return {
    ...ports,
    ...context,
    runs,
    claims,
    batches,
    notifications,
    schedules,
    inbox,
    budgets,
    spendings,
    runRecords: new RunRecords({ runs, claims, batches, notifications, spendings }),
    ledger: new Ledger(store),
    rates,
    deadlineForecasts: deadlines,
    runForecasts: new RunForecasts({
      works,
      batches,
      budgets,
      turnarounds,
      rates,
      deadlines,
      pipelines,
      clock,
      trialWaitMs,
      account,
    }),
    turnarounds,
    writtenCollections,
    embeddedTexts: new EmbeddedTexts({ vectors: ports.vectors, pipelines, writtenCollections, provider }),
    askedTexts: new AskedTexts(store),
    reusableAnswers: new ReusableAnswers(store, clock, engineSettings.reuseMs),
    accountProgress: new AccountProgress(store),
    documents: new Documents(documentStore),
    readiness,
    dueWork: new DueWork(records, clock),
    installationWatch: new InstallationWatch({ store, installation, readiness, clock, log }),
    hostDependencies: {
      bus,
      clock,
      ids,
      log,
      settings: work,
      engineSettings,
      publisher,
      readiness,
      records,
    },
  };
}

/** Closes the ports. Stores are closed last, because the others may still write to them. */
export async function closePorts({
  bus,
  vectors,
  blobs,
  provider,
  documentStore,
  store,
}: Partial<Ports>): Promise<void> {
  for (const port of [bus, provider, vectors, blobs]) await port?.close();
  if (documentStore !== store) await documentStore?.close();
  await store?.close();
}
