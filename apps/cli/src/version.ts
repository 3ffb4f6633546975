import { readFileSync } from 'node:fs';

const manifest = new URL('../package.json', import.meta.url);

/** As its package says. */
export const version = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version; // our own file
