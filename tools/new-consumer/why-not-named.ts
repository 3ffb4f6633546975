import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeFile } from './add-to-compose.ts';
import { nameForms } from './name-forms.ts';
import { templates } from './templates.ts';

const maxLength = 40;
/** The build and the tests skip folders of these names. */
const reserved = ['dist', 'testing', 'contract', 'coverage', 'node-modules'];

/** Why a consumer cannot have this name, as a sentence without its full stop; null when it can. */
export function whyNotNamed(root: string, name: string): string | null {
  const found = `found ${JSON.stringify(name)}`;
  if (name === '') return 'found no name, expected npm run new:consumer NAME';
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > maxLength) {
    return `${found}, expected kebab-case: lower-case letters, words joined by dashes, at most ${maxLength} characters`;
  }
  const taken = ['apps', 'libs', 'pipelines'].map((folder) => `${folder}/${name}`);
  const path = taken.find((each) => existsSync(join(root, each)));
  if (path !== undefined) return `${found}, which is taken by ${path}, expected another name`;
  if (new RegExp(`^  ${name}:`, 'm').test(readFileSync(join(root, composeFile), 'utf8'))) {
    return `${found}, which is taken in ${composeFile}, expected another name`;
  }
  if (isReserved(name))
    return `${found}, which is reserved: its code uses this name for something else, expected another name`;
  return null;
}

/** The class would have the name of something that the code of a consumer uses, or of a global of JavaScript. */
function isReserved(name: string): boolean {
  const { pascal } = nameForms(name);
  const isUsed = templates().some(({ text }) => new RegExp(`\\b${pascal}(?:Module|ErrorCode)?\\b`).test(text));
  return reserved.includes(name) || isUsed || pascal in globalThis;
}
