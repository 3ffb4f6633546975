import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeFile } from './add-to-compose.ts';
import { nameForms } from './name-forms.ts';
import { templates } from './templates.ts';

const longest = 40;
/** Folders with these names are ignored by the build or the tests. */
const reserved = ['dist', 'testing', 'contract', 'coverage', 'node-modules'];

/** Why a consumer cannot have this name, as a sentence without a full stop; null when it can. */
export function whyNotNamed(root: string, name: string): string | null {
  const found = `found ${JSON.stringify(name)}`;
  if (name === '') return 'found no name, wanted npm run new:consumer NAME';
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > longest) {
    return `${found}, wanted kebab-case: small letters, words joined by dashes, at most ${longest} characters`;
  }
  const taken = ['apps', 'libs', 'pipelines'].map((folder) => `${folder}/${name}`);
  const place = taken.find((path) => existsSync(join(root, path)));
  if (place !== undefined) return `${found}, which is taken by ${place}, wanted another name`;
  if (new RegExp(`^  ${name}:`, 'm').test(readFileSync(join(root, composeFile), 'utf8'))) {
    return `${found}, which is taken in ${composeFile}, wanted another name`;
  }
  if (isReserved(name)) return `${found}, which is reserved: it has another meaning in the code, wanted another name`;
  return null;
}

/** The name of its class would be one that a consumer's code or JavaScript uses already. */
function isReserved(name: string): boolean {
  const { pascal } = nameForms(name);
  const isUsed = templates().some(({ text }) => new RegExp(`\\b${pascal}(?:Module|ErrorCode)?\\b`).test(text));
  return reserved.includes(name) || isUsed || pascal in globalThis;
}
