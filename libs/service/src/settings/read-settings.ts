import { ValidationError, closestName, readTextFile, whyUnreadable } from '@batchmill/contracts';
import type { Setting } from '@batchmill/contracts/settings';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { adapterGroups, settingGroups, settingsCatalogue } from './catalogue.js';
import type { Settings } from './settings.js';

type Variables = Readonly<Record<string, string | undefined>>;

export interface SettingsFrom {
  readonly env: Variables;
  /** Relative paths and `.env` files are resolved against it. */
  readonly cwd: string;
  /** Files to read in place of `.env.<environment>` and `.env`, the first before the others. Each must exist. */
  readonly files?: readonly string[];
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
  readonly problems: string[];
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
 * The value of a secret is never shown.
 */
export function readSettings({ env, cwd, files }: SettingsFrom): Settings {
  const problems: string[] = [];
  const reading: Reading = { cwd, problems, sources: sourcesOf({ env, cwd, ...(files && { files }) }, problems) };
  for (const source of reading.sources) reportUnknownNames(source, problems);
  const groups = settingGroups.map(([group, members]) => {
    const values = Object.entries(members).map(([key, setting]) => [key, valueOf(setting, reading)] as const);
    return [group, Object.fromEntries(values)] as const;
  });
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`;
    throw new ValidationError('settings.invalid', `${count} wrong:\n${problems.map((each) => `  ${each}`).join('\n')}`);
  }
  const raw = (name: string): string | undefined =>
    reading.sources.map(({ variables }) => variables[name]).find((text) => isSet(text));
  const adapterNames = adapterGroups.map(([name]) => name);
  const ofAdapters = Object.fromEntries(groups.filter(([group]) => adapterNames.includes(group)));
  return { ...Object.fromEntries(groups), ofAdapters, raw } as Settings; // built from the catalogue, as its type is
}

function sourcesOf({ env, cwd, files }: SettingsFrom, problems: string[]): Source[] {
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
function reportMisspelt(name: string, cwd: string, problems: string[]): void {
  if (usualEnvironments.includes(name)) return;
  const closest = closestName(name, [...usualEnvironments, ...environmentsIn(cwd)]);
  if (closest === null) return;
  problems.push(`BATCHMILL_ENV: found "${name}", and no file .env.${name} in ${cwd}; did you mean ${closest}?`);
}

/** The environments that have a file of settings in the folder: `.env.staging`. */
function environmentsIn(cwd: string): string[] {
  const prefix = '.env.';
  const files = readdirSync(cwd).filter((name) => name.startsWith(prefix));
  return files.map((name) => name.slice(prefix.length));
}

/** The file was chosen by the name of the environment, so it cannot set another name. */
function reportOtherEnvironment(name: string, source: Source, problems: string[]): void {
  const found = findIn(settingsCatalogue.installation.environment, [source]);
  if (found === null || found.text.trim() === name) return;
  problems.push(`${found.name}: found "${found.text}" in ${source.place}, expected it in .env or the environment`);
}

/** Empty when there is no such file, which is a problem only when it is required. */
function fileSource(file: string, cwd: string, problems: string[], isRequired: boolean): Source[] {
  try {
    return [{ place: file, variables: parseEnv(readTextFile(resolve(cwd, file))) }];
  } catch (error) {
    const reason = whyUnreadable(error);
    if (reason !== 'ENOENT') problems.push(`${file}: cannot be read (${reason}), expected a file of settings`);
    else if (isRequired) problems.push(`${file}: found no such file in ${cwd}, expected a file of settings`);
    return [];
  }
}

function valueOf(setting: Setting<unknown>, { sources, cwd, problems }: Reading): unknown {
  const found = findIn(setting, sources) ?? findInSecretFile(setting, sources, cwd, problems);
  if (found === null && setting.readDefault !== undefined) return setting.readDefault(cwd);
  const text = found?.text ?? setting.default;
  if (text === null) return null;
  const value = setting.read(text, cwd);
  if (value === undefined) {
    const shown = setting.isSecret ? 'a value that is not shown' : JSON.stringify(text.slice(0, 200));
    const where = found === null ? '' : ` in ${found.place}`;
    problems.push(`${found?.name ?? setting.name}: found ${shown}${where}, expected ${setting.expected}`);
  }
  return value;
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
  sources: readonly Source[],
  cwd: string,
  problems: string[],
): Found | null {
  if (!isSecret) return null;
  for (const { place, variables } of sources) {
    const set = [name, ...aliases].map((each) => `${each}_FILE`).find((each) => isSet(variables[each]));
    if (set === undefined) continue;
    const file = resolve(cwd, variables[set] ?? '');
    try {
      return { name: set, text: readTextFile(file).trim(), place: file };
    } catch (error) {
      problems.push(
        `${set}: found ${file} in ${place}, which cannot be read (${whyUnreadable(error)}), expected a file with the value`,
      );
      return null;
    }
  }
  return null;
}

/** Names that begin with BATCHMILL_ and are no setting are taken for misspelt ones. */
function reportUnknownNames({ place, variables }: Source, problems: string[]): void {
  const known = allSettings.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
  for (const name of Object.keys(variables)) {
    if (!name.startsWith('BATCHMILL_') || known.includes(name)) continue;
    const closest = closestName(
      name,
      known.filter((each) => each.startsWith('BATCHMILL_')),
    );
    const hint = closest === null ? '' : `; did you mean ${closest}?`;
    problems.push(`${name}: found in ${place}, expected a name of docs/reference/settings.md${hint}`);
  }
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
