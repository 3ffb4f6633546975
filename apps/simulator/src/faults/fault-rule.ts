import { isTimeForm, timeForms } from '../http/present-time.js';
import { resultShapes } from '../batches/shape-result.js';
import { SimulatorError } from '../simulator-error.js';
import { faultCatalogue } from './fault-catalogue.js';
import type { FaultOn, FaultWhat } from './fault-catalogue.js';
import { isRefusalName, refusals } from './refusals.js';

/**
 * One rule. It fires for what it matches: always, for a share of it (`rate`, drawn by the seed), or for each n-th
 * (`every`); at most `times` times.
 */
export interface FaultRule {
  readonly on: FaultOn;
  readonly what: FaultWhat;
  readonly value?: unknown;
  readonly rate?: number;
  readonly every?: number;
  readonly times?: number;
  /** Part of the `custom_id`, of the batch's metadata written as JSON, or of the URL. */
  readonly match?: string;
}

const stayStates: readonly unknown[] = ['validating', 'in_progress', 'finalizing', 'cancelling'];
const known = ['on', 'what', 'value', 'rate', 'every', 'times', 'match'];

/** Reads a list of rules, or `{rules}`. Throws a SimulatorError that names the wrong rule and what was expected. */
export function parseFaultRules(input: unknown): FaultRule[] {
  const rules = isRecord(input) && 'rules' in input ? input['rules'] : input;
  if (!Array.isArray(rules)) throw bad('The rules', rules, 'an array of rules');
  return rules.map((rule: unknown, index) => parseRule(rule, `Rule ${index}`));
}

function parseRule(rule: unknown, name: string): FaultRule {
  if (!isRecord(rule)) throw bad(name, rule, 'an object with on and what');
  const unknownKey = Object.keys(rule).find((key) => !known.includes(key));
  if (unknownKey !== undefined) throw bad(`${name}: the key`, unknownKey, known.join(', '));
  const { on, what, value, rate, every, times, match } = rule;
  if (!isOn(on)) throw bad(`${name}: on`, on, Object.keys(faultCatalogue).join(', '));
  if (!isWhat(on, what)) throw bad(`${name}: what`, what, `one of those on ${on}: ${whats(on).join(', ')}`);
  checkNumber(`${name}: rate`, rate, (number) => number >= 0 && number <= 1, 'a number from 0 to 1');
  checkNumber(`${name}: every`, every, isCount, 'a whole number of at least 1');
  checkNumber(`${name}: times`, times, (number) => number === 0 || isCount(number), 'a whole number');
  if (match !== undefined && typeof match !== 'string') throw bad(`${name}: match`, match, 'a string');
  checkValue(`${name}: value`, on, what, value);
  return rule as unknown as FaultRule; // every field was checked above
}

function checkValue(name: string, on: FaultOn, what: FaultWhat, value: unknown): void {
  if (what === 'delay') {
    const slow = on === 'files.content' && isRecord(value) ? value['perChunkMs'] : value;
    if (typeof slow !== 'number' || !(slow >= 0)) throw bad(name, value, 'a number of at least 0');
  }
  if (value === undefined) return;
  if (what === 'refused' && !isRefusalName(value)) throw bad(name, value, Object.keys(refusals).join(', '));
  if ((what === 'status' && on !== 'batch') || what === 'no-output-file') {
    checkNumber(name, value, (number) => isCount(number) && number >= 400 && number <= 599, 'a status from 400 to 599');
  }
  if (what === 'expire' || what === 'stall' || what === 'cut-off') {
    checkNumber(name, value, (number) => number >= 0 && number <= 100, 'a percentage from 0 to 100');
  }
  if (what === 'pending' || what === 'late-files') {
    checkNumber(name, value, (number) => number >= 0, 'simulated seconds of at least 0');
  }
  if (what === 'old') checkNumber(name, value, (number) => number >= 0, 'seconds of at least 0');
  if (what === 'times' && !isTimeForm(value)) throw bad(name, value, timeForms.map((form) => `"${form}"`).join(', '));
  if ((what === 'error' || what === 'own-state') && (typeof value !== 'string' || value === '')) {
    throw bad(name, value, 'a text');
  }
  if (what === 'shape' && !resultShapes.some((shape) => shape === value)) {
    throw bad(name, value, `one of ${resultShapes.join(', ')}`);
  }
  if (what === 'cached') checkNumber(name, value, (number) => number >= 0 && number <= 1, 'a share from 0 to 1');
  const isUnread = on === 'line' && (what === 'missing' || what === 'bad-json');
  if (isUnread && value !== 'billed') throw bad(name, value, '"billed"');
  if (what === 'tier' && typeof value !== 'string') throw bad(name, value, 'the name of a tier');
  if (what === 'forget') checkNumber(name, value, (number) => number >= 0, 'a number of seconds');
  if (what === 'stay' && !stayStates.includes(value)) throw bad(name, value, stayStates.join(', '));
  if (what === 'token-limit') checkNumber(name, value, isCount, 'a whole number of tokens');
  if (what === 'stale') {
    const calls = typeof value === 'number' && isCount(value);
    const seconds = typeof value === 'string' && /^\d+(\.\d+)?s$/.test(value);
    if (!calls && !seconds) throw bad(name, value, 'a number of calls, or simulated seconds such as "5s"');
  }
  if (on === 'batch' && what === 'status' && typeof value !== 'string') throw bad(name, value, 'the code of an error');
}

function checkNumber(name: string, value: unknown, fits: (number: number) => boolean, expected: string): void {
  if (value !== undefined && (typeof value !== 'number' || !fits(value))) throw bad(name, value, expected);
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 1;
}

function isOn(on: unknown): on is FaultOn {
  return typeof on === 'string' && Object.hasOwn(faultCatalogue, on);
}

function isWhat(on: FaultOn, what: unknown): what is FaultWhat {
  return typeof what === 'string' && Object.hasOwn(faultCatalogue[on], what);
}

function whats(on: FaultOn): string[] {
  return Object.keys(faultCatalogue[on]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(name: string, found: unknown, expected: string): SimulatorError {
  return new SimulatorError('simulator.bad-fault', `${name} is ${JSON.stringify(found)}; expected ${expected}.`);
}
