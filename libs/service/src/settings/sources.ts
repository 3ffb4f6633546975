import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where settings were said, and how that place is called in messages. */
export interface Source {
  readonly place: string;
  readonly variables: Variables;
}

/** A file that was asked for by name is not there, or one cannot be read. */
export interface UnreadableFile {
  readonly file: string;
  readonly reason: string;
}

/** A file of settings; null when there is none of that name. */
export function readSource(file: string, cwd: string): Source | null | UnreadableFile {
  try {
    return { place: file, variables: parseEnv(readFileSync(resolve(cwd, file), 'utf8')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // file system errors have one
    return code === 'ENOENT' ? null : { file, reason: code ?? 'unknown' };
  }
}

/** The environments that a folder has files of settings for: `.env.staging`. */
export function environmentsIn(cwd: string): string[] {
  const prefix = '.env.';
  const files = readdirSync(cwd).filter((name) => name.startsWith(prefix));
  return files.map((name) => name.slice(prefix.length));
}
