import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What was wrong with a module, in one line, with the line of the pipeline's own files that it was found at. */
export function whyNotLoaded(error: unknown, path: string): string {
  const { message, stack } = (error ?? {}) as { message?: unknown; stack?: unknown }; // anything can be thrown
  const [reason = ''] = (typeof message === 'string' ? message : String(error)).trim().split('\n');
  const folder = pathToFileURL(dirname(path)).href;
  const places = typeof stack === 'string' ? stack.matchAll(/(file:\/\/[^\s)]+?):(\d+)/g) : [];
  const place = [...places].find(([, url]) => url?.startsWith(`${folder}/`) === true);
  return place === undefined ? reason : `${(place[1] ?? '').slice(folder.length + 1)}:${place[2] ?? ''}: ${reason}`;
}
