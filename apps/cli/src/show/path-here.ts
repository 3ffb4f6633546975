import { isAbsolute, relative, sep } from 'node:path';

/** A path as a person who stands here would write it: within this folder without it. */
export function pathHere(path: string): string {
  const within = relative(process.cwd(), path);
  return within === '' || within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? path : within;
}
