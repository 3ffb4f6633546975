import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeFile } from './add-to-compose.ts';
import { nameForms } from './name-forms.ts';
import { templates } from './templates.ts';

const longest = 40;
/** Folders of these names are not looked into by what builds and tests. */
const reserved = ['dist', 'testing', 'contract', 'coverage', 'node-modules'];

/** Why a consumer cannot be called so, in one sentence without its full stop; null when it can. */
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
  if (isReserved(name))
    return `${found}, which is reserved: it would mean something else in its code, wanted another name`;
  return null;
}

/** Its class would be called as something that the code of a consumer uses, or that JavaScript has. */
function isReserved(name: string): boolean {
  const { pascal } = nameForms(name);
  const isUsed = templates().some(({ text }) => new RegExp(`\\b${pascal}(?:Module|ErrorCode)?\\b`).test(text));
  return reserved.includes(name) || isUsed || pascal in globalThis;
}
