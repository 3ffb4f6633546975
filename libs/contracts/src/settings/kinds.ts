import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expectedCompletionWindow, isCompletionWindow, type CompletionWindow } from '../completion-window.js';
import { setting, type Setting, type SettingSpec, type SettingValue } from './setting.js';

/** Any text that is not empty, or what a pattern allows. */
export function text<D extends string | null>(
  name: string,
  spec: SettingSpec<D> & { readonly matching?: { readonly pattern: RegExp; readonly expected: string } },
): Setting<SettingValue<string, D>> {
  const { pattern = /[^]/, expected = 'a text' } = spec.matching ?? {};
  return setting<string, D>(name, spec, { expected, read: (value) => (pattern.test(value) ? value : undefined) });
}

export interface RangeSpec<D extends string | null> extends SettingSpec<D> {
  readonly from: number;
  readonly to: number;
}

/** A whole number in a range, both ends included. */
export function integer<D extends string | null>(name: string, spec: RangeSpec<D>): Setting<SettingValue<number, D>> {
  const expected = `an integer from ${spec.from} to ${spec.to}`;
  return setting<number, D>(name, spec, { expected, read: (value) => inRange(spec, /^[+-]?\d+$/, value) });
}

/** A number in a range, both ends included. */
export function decimal<D extends string | null>(name: string, spec: RangeSpec<D>): Setting<SettingValue<number, D>> {
  const expected = `a number from ${spec.from} to ${spec.to}`;
  return setting<number, D>(name, spec, {
    expected,
    read: (value) => inRange(spec, /^[+-]?(\d+\.?\d*|\.\d+)$/, value),
  });
}

function inRange({ from, to }: { from: number; to: number }, pattern: RegExp, value: string): number | undefined {
  if (!pattern.test(value.trim())) return undefined;
  const number = Number(value);
  return number >= from && number <= to ? number : undefined;
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

export interface DurationSpec<D extends string | null> extends SettingSpec<D> {
  /** The unit of a number without one. */
  readonly unit: Extract<Unit, 'ms' | 's'>;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** A length of time, in milliseconds: a number, or a number with its unit, such as `90s` or `5m`. */
export function duration<D extends string | null>(
  name: string,
  spec: DurationSpec<D>,
): Setting<SettingValue<number, D>> {
  return setting<number, D>(name, spec, readingDuration(spec));
}

/** A length of time, as `duration` reads it, or one of some words, in upper or lower case. */
export function durationOr<const W extends string, D extends string | null>(
  name: string,
  words: readonly W[],
  spec: DurationSpec<D>,
): Setting<SettingValue<number | W, D>> {
  const { expected, read } = readingDuration(spec);
  return setting<number | W, D>(name, spec, {
    expected: `${words.join(', ')} or ${expected}`,
    read: (value) => words.find((word) => word === value.trim().toLowerCase()) ?? read(value),
  });
}

function readingDuration({ unit, fromMs = 0, toMs = 30 * unitMs.d }: DurationSpec<string | null>) {
  const unitName = unit === 's' ? 'seconds' : 'milliseconds';
  return {
    expected: `a time from ${withUnit(fromMs)} to ${withUnit(toMs)} (${unitName}, or with its unit: 500ms, 30s, 5m, 24h)`,
    read: (value: string): number | undefined => {
      const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(value.trim().toLowerCase());
      if (parts === null) return undefined;
      const ms = Math.round(Number(parts[1]) * unitMs[(parts[2] ?? unit) as Unit]); // the pattern allows only units
      return ms >= fromMs && ms <= toMs ? ms : undefined;
    },
  };
}

/** A completion window, in upper or lower case. It keeps its unit: the provider compares texts. */
export function completionWindow<D extends CompletionWindow | null>(
  name: string,
  spec: SettingSpec<D>,
): Setting<SettingValue<CompletionWindow, D>> {
  return setting<CompletionWindow, D>(name, spec, {
    expected: expectedCompletionWindow,
    read(value) {
      const window = value.trim().toLowerCase();
      return isCompletionWindow(window) ? window : undefined;
    },
  });
}

/** In the largest unit that divides it. */
function withUnit(ms: number): string {
  const largest = (['d', 'h', 'm', 's'] as const).find((unit) => ms > 0 && ms % unitMs[unit] === 0) ?? 'ms';
  return `${ms / unitMs[largest]}${largest}`;
}

/** One of a few words, in upper or lower case. */
export function choice<const C extends string, D extends C | null>(
  name: string,
  words: readonly C[],
  spec: SettingSpec<D>,
): Setting<SettingValue<C, D>> {
  const expected = words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
  return setting<C, D>(name, spec, {
    expected,
    read: (value) => words.find((word) => word === value.trim().toLowerCase()),
  });
}

/** Some of a few words, separated by commas, in upper or lower case; each once. */
export function choices<const C extends string>(
  name: string,
  words: readonly C[],
  spec: SettingSpec<string>,
): Setting<readonly C[]> {
  return setting<readonly C[], string>(name, spec, {
    expected: `some of ${words.join(', ')}, separated by commas`,
    read(value) {
      const items = itemsIn(value.toLowerCase());
      const known = words.filter((word) => items.includes(word));
      return items.length > 0 && items.every((item) => (known as readonly string[]).includes(item)) ? known : undefined;
    },
  });
}

export interface ListSpec extends SettingSpec<null> {
  readonly each: { readonly pattern: RegExp; readonly expected: string };
}

/** Several, separated by commas. None when it is unset. */
export function list(name: string, spec: ListSpec): Setting<readonly string[] | null> {
  return setting<readonly string[], null>(name, spec, {
    expected: `${spec.each.expected}, several separated by commas`,
    read(value) {
      const items = itemsIn(value);
      return items.length > 0 && items.every((item) => spec.each.pattern.test(item)) ? items : undefined;
    },
  });
}

function itemsIn(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const resolved = (value: string, cwd: string): string => resolve(cwd, value.trim());

/** A file or folder, which need not exist. Absolute once it is read. */
export function path<D extends string | null>(name: string, spec: SettingSpec<D>): Setting<SettingValue<string, D>> {
  return setting<string, D>(name, spec, { expected: 'a path', read: resolved });
}

/** A path, as `path` reads it. Where it is not set and the default does not exist, `fallback` is used, if there is one. */
export function pathOr(name: string, fallback: string | null, spec: SettingSpec<string>): Setting<string> {
  return setting<string, string>(name, spec, {
    expected: 'a path',
    read: resolved,
    readDefault(cwd) {
      const usual = resolved(spec.default, cwd);
      return fallback === null || existsSync(usual) ? usual : fallback;
    },
  });
}

/** A file that exists and can be read, as an absolute path. */
export function existingFile<D extends string | null>(
  name: string,
  spec: SettingSpec<D>,
): Setting<SettingValue<string, D>> {
  return setting<string, D>(name, spec, {
    expected: 'a file that can be read',
    read(value, cwd) {
      const file = resolved(value, cwd);
      try {
        accessSync(file, constants.R_OK);
        return statSync(file).isFile() ? file : undefined;
      } catch {
        return undefined;
      }
    },
  });
}

export interface UrlSpec<D extends string | null> extends SettingSpec<D> {
  readonly schemes: readonly string[];
  /** Words that are taken in place of a URL. */
  readonly words?: readonly string[];
}

/** A URL of one of some schemes, or one of some words. It may name several hosts, as those of MongoDB and Kafka do. */
export function url<D extends string | null>(name: string, spec: UrlSpec<D>): Setting<SettingValue<string, D>> {
  const { schemes, words = [] } = spec;
  const expected = [...words, `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`];
  return setting<string, D>(name, spec, {
    expected: expected.join(', or '),
    read(value) {
      const trimmed = value.trim();
      if (words.includes(trimmed)) return trimmed;
      const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/\s]/i.exec(trimmed)?.[1]?.toLowerCase();
      return scheme !== undefined && schemes.includes(scheme) && !/\s/.test(trimmed) ? trimmed : undefined;
    },
  });
}

/** A proxy, as a URL: `http://user:password@host:port`, or a host and port alone as the usual variables may have it. */
export function proxy(name: string, spec: SettingSpec<null>): Setting<string | null> {
  return setting<string, null>(name, spec, {
    expected: 'the http:// or https:// URL of a proxy, or its host and port',
    read(value) {
      const trimmed = value.trim();
      const found = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
      return found !== null && ['http:', 'https:'].includes(found.protocol) ? found.href : undefined;
    },
  });
}
