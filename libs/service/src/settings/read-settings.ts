import { ValidationError, closestName, readTextFile, whyUnreadable } from '@batchmill/contracts';
import type { Setting } from '@batchmill/contracts/settings';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { adapterGroups, settingGroups, settingsCatalogue } from './catalogue.js';
import { refusedByProvider } from './refused-by-provider.js';
import type { SettingProblem } from './setting-problem.js';
import type { Settings } from './settings.js';

type Variables = Readonly<Record<string, string | undefined>>;

export interface SettingsFrom {
  readonly env: Variables;
  /** Relative paths and `.env` files are resolved against it. */
  readonly cwd: string;
  /** Files to read in place of `.env.<environment>` and `.env`, the first before the others. Each must exist. */
  readonly files?: readonly string[];
}

export interface TriedSettings {
  /** With the default in place of every value that is wrong. */
  readonly settings: Settings;
  /** Everything that is wrong. */
  readonly problems: readonly SettingProblem[];
  /** What may be wrong: names in files that are nearly those of settings. */
  readonly doubts: readonly SettingProblem[];
}

/** Variables, and the name in messages of the place where they are set. */
interface Source {
  readonly place: string;
  readonly variables: Variables;
}

interface Reading {
  readonly cwd: string;
  /** The first source that sets a variable counts. */
  readonly sources: readonly Source[];
  readonly problems: SettingProblem[];
}

/** The text of a setting, and where it was found. */
interface Found {
  readonly name: string;
  readonly text: string;
  readonly place: string;
}

/** The usual environments, which are never taken for misspelt. */
const usualEnvironments: readonly string[] = ['development', 'test', 'production'];

const allSettings = settingGroups.flatMap(([, members]) => Object.values(members));

/**
 * Environment variables win over files, which win over defaults. An empty value counts as unset. Throws a ValidationError
 * `settings.invalid` that lists everything that is wrong: which setting, what was found and where, and what was expected.
 * The value of a secret is never shown. `warn` is called with what may be wrong.
 */
export function readSettings(from: SettingsFrom, warn: (text: string) => void = () => undefined): Settings {
  const { settings, problems, doubts } = trySettings(from);
  if (problems.length === 0) {
    for (const { name, message } of doubts) warn(`${name}: ${message}`);
    return settings;
  }
  const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`;
  const lines = problems.map(({ name, message }) => `  ${name}: ${message}`);
  throw new ValidationError('settings.invalid', `${count} wrong:\n${lines.join('\n')}`);
}

/** The same without throwing: the settings as far as they can be used, and everything that is wrong. */
export function trySettings({ env, cwd, files }: SettingsFrom): TriedSettings {
  const problems: SettingProblem[] = [];
  const reading: Reading = { cwd, problems, sources: sourcesOf({ env, cwd, ...(files && { files }) }, problems) };
  for (const source of reading.sources) reportUnknownNames(source, problems);
  const groups = settingGroups.map(([group, members]) => {
    const values = Object.entries(members).map(([key, setting]) => [key, valueOf(setting, group, reading)] as const);
    return [group, Object.fromEntries(values)] as const;
  });
  const raw = (name: string): string | undefined =>
    reading.sources.map(({ variables }) => variables[name]).find((text) => isSet(text));
  const adapterNames = adapterGroups.map(([name]) => name);
  const ofAdapters = Object.fromEntries(groups.filter(([group]) => adapterNames.includes(group)));
  const settings = { ...Object.fromEntries(groups), ofAdapters, raw } as Settings; // built from the catalogue, as its type is
  problems.push(...refusedByProvider(settings));
  const doubts = reading.sources
    .filter(({ variables }) => variables !== env)
    .flatMap((source) => nearlySettings(source));
  return { settings, problems, doubts };
}

function sourcesOf({ env, cwd, files }: SettingsFrom, problems: SettingProblem[]): Source[] {
  const processSource: Source = { place: 'the environment', variables: env };
  if (files !== undefined) return [processSource, ...files.flatMap((file) => fileSource(file, cwd, problems, true))];
  const shared = fileSource('.env', cwd, problems, false);
  const { environment } = settingsCatalogue.installation;
  const text = findIn(environment, [processSource, ...shared])?.text ?? environment.default ?? '';
  const name = environment.read(text, cwd);
  if (name === undefined) return [processSource, ...shared];
  const own = fileSource(`.env.${name}`, cwd, problems, false);
  if (own.length === 0) reportMisspelt(name, cwd, problems);
  for (const source of own) reportOtherEnvironment(name, source, problems);
  return [processSource, ...own, ...shared];
}

/** An environment needs no file. But if its name is nearly that of another one, its settings would be missed. */
function reportMisspelt(name: string, cwd: string, problems: SettingProblem[]): void {
  if (usualEnvironments.includes(name)) return;
  const closest = closestName(name, [...usualEnvironments, ...environmentsIn(cwd)]);
  if (closest === null) return;
  const message = `found "${name}", and no file .env.${name} in ${cwd}; did you mean ${closest}?`;
  problems.push({ name: 'BATCHMILL_ENV', message, group: 'installation' });
}

/** The environments that have a file of settings in the folder: `.env.staging`. */
function environmentsIn(cwd: string): string[] {
  const prefix = '.env.';
  const files = readdirSync(cwd).filter((name) => name.startsWith(prefix));
  return files.map((name) => name.slice(prefix.length));
}

/** The file was chosen by the name of the environment, so it cannot set another name. */
function reportOtherEnvironment(name: string, source: Source, problems: SettingProblem[]): void {
  const found = findIn(settingsCatalogue.installation.environment, [source]);
  if (found === null || found.text.trim() === name) return;
  const message = `found "${found.text}" in ${source.place}, expected it in .env or the environment`;
  problems.push({ name: found.name, message, group: 'installation' });
}

/** Empty when there is no such file, which is a problem only when it is required. */
function fileSource(file: string, cwd: string, problems: SettingProblem[], isRequired: boolean): Source[] {
  try {
    return [{ place: file, variables: parseEnv(readTextFile(resolve(cwd, file))) }];
  } catch (error) {
    const reason = whyUnreadable(error);
    const found = reason === 'ENOENT' ? `found no such file in ${cwd}` : `cannot be read (${reason})`;
    const message = `${found}, expected a file of settings`;
    if (reason !== 'ENOENT' || isRequired) problems.push({ name: file, message, group: null });
    return [];
  }
}

function valueOf(setting: Setting<unknown>, group: string, { sources, cwd, problems }: Reading): unknown {
  const found = findIn(setting, sources) ?? findInSecretFile(setting, group, { sources, cwd, problems });
  if (found === null && setting.readDefault !== undefined) return setting.readDefault(cwd);
  const text = found?.text ?? setting.default;
  if (text === null) return null;
  const value = setting.read(text, cwd);
  if (value !== undefined) return value;
  const shown = setting.isSecret ? 'a value that is not shown' : JSON.stringify(text.slice(0, 200));
  const where = found === null ? '' : ` in ${found.place}`;
  const message = `found ${shown}${where}, expected ${setting.expected}`;
  problems.push({ name: found?.name ?? setting.name, message, group });
  return setting.readDefault?.(cwd) ?? (setting.default === null ? null : setting.read(setting.default, cwd));
}

function findIn({ name, aliases, isSecret }: Setting<unknown>, sources: readonly Source[]): Found | null {
  for (const { place, variables } of sources) {
    const set = [name, ...aliases].find((each) => isSet(variables[each]));
    if (set !== undefined) return { name: set, text: variables[set] ?? '', place };
    // The file of a secret in this source wins over a value in a later source.
    if (isSecret && [name, ...aliases].some((each) => isSet(variables[`${each}_FILE`]))) return null;
  }
  return null;
}

function findInSecretFile(
  { name, aliases, isSecret }: Setting<unknown>,
  group: string,
  { sources, cwd, problems }: Reading,
): Found | null {
  if (!isSecret) return null;
  for (const { place, variables } of sources) {
    const set = [name, ...aliases].map((each) => `${each}_FILE`).find((each) => isSet(variables[each]));
    if (set === undefined) continue;
    const file = resolve(cwd, variables[set] ?? '');
    try {
      return { name: set, text: readTextFile(file).trim(), place: file };
    } catch (error) {
      const found = `found ${file} in ${place}, which cannot be read (${whyUnreadable(error)})`;
      problems.push({ name: set, message: `${found}, expected a file with the value`, group });
      return null;
    }
  }
  return null;
}

/** Names that begin with BATCHMILL_ and are no setting are taken for misspelt ones. */
function reportUnknownNames({ place, variables }: Source, problems: SettingProblem[]): void {
  const known = allSettings.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
  for (const name of Object.keys(variables)) {
    if (!name.startsWith('BATCHMILL_') || known.includes(name)) continue;
    const closest = closestName(
      name,
      known.filter((each) => each.startsWith('BATCHMILL_')),
    );
    const hint = closest === null ? '' : `; did you mean ${closest}?`;
    problems.push({
      name,
      message: `found in ${place}, expected a name of docs/reference/settings.md${hint}`,
      group: null,
    });
  }
}

/** Names in a file of settings that are no setting and nearly are one. Other programs may read the file too. */
function nearlySettings({ place, variables }: Source): SettingProblem[] {
  const known = allSettings.flatMap(({ name, aliases, isSecret }) => {
    return [name, ...aliases].flatMap((each) => (isSecret ? [each, `${each}_FILE`] : [each]));
  });
  return Object.keys(variables).flatMap((name) => {
    if (known.includes(name) || name.startsWith('BATCHMILL_') || name.length < 8) return [];
    const closest = closestName(name, known);
    if (closest === null || closest.split('_')[0] !== name.split('_')[0]) return [];
    return [
      { name, message: `found in ${place}, and no setting has that name; did you mean ${closest}?`, group: null },
    ];
  });
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
