import { decodeId } from './encode-id.js';

const objectIdPattern = /^[0-9a-f]{24}$/i;

/** The ids that a text may stand for in the store: the text, an ObjectId, a number. A number stands for itself only. */
export function formsOfId(id: string | number): unknown[] {
  if (typeof id === 'number') return [id];
  const forms: unknown[] = [id];
  if (objectIdPattern.test(id)) forms.push(decodeId(JSON.stringify({ $oid: id.toLowerCase() })));
  if (id.trim() !== '' && String(Number(id)) === id) forms.push(Number(id));
  return forms;
}
