import { ValidationError, type Clock, type Ids } from '@batchmill/contracts';
import { DuplicateKeyError, isSamePlace, type Collection, type Place, type Store } from '@batchmill/store';
import { hostname } from 'node:os';

const collectionName = 'installation';
const recordId = 'this';
/** A restore replaces one collection after the other, and what the batches say decides what is bought. */
const placedCollections = [collectionName, 'batches'];

/** The installation as it is stored with its state. A copy of the state has a copy of it. */
export interface StoredInstallation {
  readonly [field: string]: unknown;
  readonly _id: string;
  /** Random, made once. It marks our provider batches, files, messages and claims. */
  readonly installation: string;
  /** Where the state was when a process began to work on it. Missing in a state of an earlier version. */
  readonly place?: Place;
  readonly worked?: LastWork;
}

/** The last time at which a process worked on a state. */
export interface LastWork {
  readonly at: Date;
  /** The name of the service. */
  readonly by: string;
  readonly host: string;
}

/** What is known of a state and of the place where it is now. */
export interface InstallationReport {
  readonly installation: string;
  readonly place: Place;
  readonly recordedPlace: Place | null;
  readonly worked: LastWork | null;
  /** False: the state was worked on at another place, so it was copied, restored or moved. */
  readonly isAtPlace: boolean;
}

/** The installation's id. It is created once and kept with the state, because two installations may share an API key. */
export async function installationIdOf(store: Store, ids: Ids): Promise<string> {
  const installations = collectionIn(store);
  const existing = await installations.findOne({ _id: recordId });
  if (existing !== null) return existing.installation;
  try {
    await installations.insertOne({ _id: recordId, installation: ids.next() });
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error;
  }
  return (await stored(store)).installation;
}

export async function reportInstallation(store: Store): Promise<InstallationReport> {
  const { installation, place: recordedPlace = null, worked = null } = await stored(store);
  const place = await store.placeOf(placedCollections);
  const isAtPlace = recordedPlace === null || isSamePlace(recordedPlace, place);
  return { installation, place, recordedPlace, worked, isAtPlace };
}

/**
 * Throws a ValidationError `installation.elsewhere` when the state was worked on at another place, or is that of another
 * installation than the one that this process works for. `installation` is the id of that one; missing: whichever the state
 * has. False: no installation is recorded, so the state was never worked on.
 */
export async function checkPlace(store: Store, installation?: string): Promise<boolean> {
  if ((await collectionIn(store).findOne({ _id: recordId })) === null) return false;
  const report = await reportInstallation(store);
  if (!report.isAtPlace) throw new ValidationError('installation.elsewhere', elsewhereText(report));
  if (installation === undefined || installation === report.installation) return true;
  throw new ValidationError('installation.elsewhere', renewedText(report, installation));
}

/**
 * Records that a process works on the state, and where the state is. Called after `checkPlace`. Changes nothing when the
 * state was replaced since, or when another process records its work at this moment.
 */
export async function recordWork(store: Store, { by, clock }: { by: string; clock: Clock }): Promise<void> {
  const { installation, place, worked: last, isAtPlace } = await reportInstallation(store);
  if (!isAtPlace) return;
  const worked = { at: clock.now(), by, host: hostname() };
  const asRead = { _id: recordId, installation, ...(last !== null && { 'worked.at': last.at }) };
  await collectionIn(store).updateOne(asRead, { $set: { place, worked } });
}

/** The state goes on here: what the installation has at the provider and in the documents stays its own. */
export async function takeOverInstallation(store: Store): Promise<InstallationReport> {
  const place = await store.placeOf(placedCollections);
  await collectionIn(store).updateOne({ _id: recordId }, { $set: { place } });
  return reportInstallation(store);
}

/** Gives the state a new id: nothing that carries the former one is its own any more. */
export async function replaceInstallationId(store: Store, ids: Ids): Promise<InstallationReport> {
  const place = await store.placeOf(placedCollections);
  await collectionIn(store).updateOne(
    { _id: recordId },
    { $set: { installation: ids.next(), place }, $unset: { worked: '' } },
  );
  return reportInstallation(store);
}

function elsewhereText({ place, recordedPlace, worked }: InstallationReport): string {
  const where = recordedPlace === null || recordedPlace.name === place.name ? 'another place' : recordedPlace.name;
  const last = worked === null ? '' : `, last at ${worked.at.toISOString()} by ${worked.by} on ${worked.host}`;
  return (
    `the state in ${place.name} was worked on at ${where}${last}: it was copied, restored or moved. Nothing is done with it. ` +
    'If nothing works on the other state any more, continue here: batchmill installation take-over. ' +
    'If the other continues, make this one an installation of its own: batchmill installation renew'
  );
}

function renewedText({ installation, place }: InstallationReport, formerId: string): string {
  return (
    `the state in ${place.name} is that of installation ${installation}, and this process works for ${formerId}: it was renewed ` +
    'or replaced. Nothing more is done with it. Start again to work on it'
  );
}

async function stored(store: Store): Promise<StoredInstallation> {
  const found = await collectionIn(store).findOne({ _id: recordId });
  if (found === null) throw new Error('the id of the installation was inserted, and the store does not return it');
  return found;
}

function collectionIn(store: Store): Collection<StoredInstallation> {
  return store.collection<StoredInstallation>(collectionName);
}
