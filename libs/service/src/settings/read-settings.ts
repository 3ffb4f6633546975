import { ValidationError, closestName } from '@batchmill/contracts';
import type { Setting } from '@batchmill/contracts/settings';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { adapterGroups, settingGroups, settingsCatalogue } from './catalogue.js';
import type { Settings } from './settings.js';
import { environmentsIn, readSource, type Source, type Variables } from './sources.js';

export interface SettingsFrom {
  readonly env: Variables;
  /** Relative paths and `.env` files are taken from here. */
  readonly cwd: string;
  /** Files to read in place of `.env.<environment>` and `.env`, the first before the others; each must be there. */
  readonly files?: readonly string[];
}

interface Reading {
  readonly cwd: string;
  /** The first that says something counts. */
  readonly sources: readonly Source[];
  readonly problems: string[];
}

interface Said {
  readonly name: string;
  readonly text: string;
  readonly place: string;
}

/** Those that are known without a file. */
const environments: readonly string[] = ['development', 'test', 'production'];

const all = settingGroups.flatMap(([, members]) => Object.values(members));

/**
 * Environment over file over default; an empty value is none. Throws a ValidationError `settings.invalid` that lists all
 * that is wrong: which setting, what was found and where, and what was expected. The value of a secret is never shown.
 */
export function readSettings({ env, cwd, files }: SettingsFrom): Settings {
  const problems: string[] = [];
  const reading: Reading = { cwd, problems, sources: sourcesOf({ env, cwd, ...(files && { files }) }, problems) };
  for (const source of reading.sources) noteUnknownNames(source, problems);
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
  const outside: Source = { place: 'the environment', variables: env };
  if (files !== undefined) return [outside, ...files.flatMap((file) => fileSource(file, cwd, problems, true))];
  const plain = fileSource('.env', cwd, problems, false);
  const { environment } = settingsCatalogue.installation;
  const said = saidIn(environment, [outside, ...plain])?.text ?? environment.default ?? '';
  const named = environment.read(said, cwd);
  if (named === undefined) return [outside, ...plain];
  const special = fileSource(`.env.${named}`, cwd, problems, false);
  if (special.length === 0) noteMisspelt(named, cwd, problems);
  for (const source of special) noteOtherEnvironment(named, source, problems);
  return [outside, ...special, ...plain];
}

/** A name of somebody's own needs no file; one that nearly is that of another would miss that one's settings unseen. */
function noteMisspelt(named: string, cwd: string, problems: string[]): void {
  if (environments.includes(named)) return;
  const near = closestName(named, [...environments, ...environmentsIn(cwd)]);
  if (near === null) return;
  problems.push(`BATCHMILL_ENV: found "${named}", and no file .env.${named} in ${cwd}; did you mean ${near}?`);
}

/** Its file was read because of the name: the name cannot be another one by now. */
function noteOtherEnvironment(named: string, source: Source, problems: string[]): void {
  const said = saidIn(settingsCatalogue.installation.environment, [source]);
  if (said === null || said.text.trim() === named) return;
  problems.push(`${said.name}: found "${said.text}" in ${source.place}, expected it in .env or the environment`);
}

function fileSource(file: string, cwd: string, problems: string[], isAsked: boolean): Source[] {
  const source = readSource(file, cwd);
  if (source === null) {
    if (isAsked) problems.push(`${file}: found no such file in ${cwd}, expected a file of settings`);
    return [];
  }
  if ('place' in source) return [source];
  problems.push(`${file}: cannot be read (${source.reason}), expected a file of settings`);
  return [];
}

function valueOf(setting: Setting<unknown>, { sources, cwd, problems }: Reading): unknown {
  const said = saidIn(setting, sources) ?? saidInFile(setting, sources, cwd, problems);
  if (said === null && setting.readDefault !== undefined) return setting.readDefault(cwd);
  const text = said?.text ?? setting.default;
  if (text === null) return null;
  const value = setting.read(text, cwd);
  if (value === undefined) {
    const found = setting.isSecret ? 'a value that is not shown' : JSON.stringify(text.slice(0, 200));
    const where = said === null ? '' : ` in ${said.place}`;
    problems.push(`${said?.name ?? setting.name}: found ${found}${where}, expected ${setting.expected}`);
  }
  return value;
}

function saidIn({ name, aliases, isSecret }: Setting<unknown>, sources: readonly Source[]): Said | null {
  for (const { place, variables } of sources) {
    const given = [name, ...aliases].find((each) => isSet(variables[each]));
    if (given !== undefined) return { name: given, text: variables[given] ?? '', place };
    // A secret's file that is said here comes before a value that is said further away.
    if (isSecret && [name, ...aliases].some((each) => isSet(variables[`${each}_FILE`]))) return null;
  }
  return null;
}

function saidInFile(
  { name, aliases, isSecret }: Setting<unknown>,
  sources: readonly Source[],
  cwd: string,
  problems: string[],
): Said | null {
  if (!isSecret) return null;
  for (const { place, variables } of sources) {
    const given = [name, ...aliases].map((each) => `${each}_FILE`).find((each) => isSet(variables[each]));
    if (given === undefined) continue;
    const file = resolve(cwd, variables[given] ?? '');
    try {
      return { name: given, text: readFileSync(file, 'utf8').trim(), place: file };
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
      problems.push(
        `${given}: found ${file} in ${place}, which cannot be read (${code}), expected a file with the value`,
      );
      return null;
    }
  }
  return null;
}

function noteUnknownNames({ place, variables }: Source, problems: string[]): void {
  const known = all.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
  for (const name of Object.keys(variables)) {
    if (!name.startsWith('BATCHMILL_') || known.includes(name)) continue;
    const near = closestName(
      name,
      known.filter((each) => each.startsWith('BATCHMILL_')),
    );
    const meant = near === null ? '' : `; did you mean ${near}?`;
    problems.push(`${name}: found in ${place}, expected a name of docs/reference/settings.md${meant}`);
  }
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
