import { Decimal128, Long, UUID } from 'bson';
import { decodeId } from './encode-id.js';
import { idText } from './id-text.js';
import { readExtendedJson } from './read-extended-json.js';

/**
 * The ids that a text may stand for in the store: the text, and an id of each type of which `idText` gives this text. JSON that
 * `encodeId` gives stands for its id. A number stands for itself only.
 */
export function formsOfId(id: string | number): unknown[] {
  if (typeof id === 'number') return [id];
  const others = [objectId, number, long, decimal, boolean, date, uuid, extendedJson].flatMap((form) => form(id) ?? []);
  return [id, ...others];
}

type Form = (id: string) => unknown;

const objectId: Form = (id) =>
  /^[0-9a-f]{24}$/i.test(id) ? decodeId(JSON.stringify({ $oid: id.toLowerCase() })) : undefined;

const number: Form = (id) => (id.trim() !== '' && String(Number(id)) === id ? Number(id) : undefined);

/** One that a JavaScript number holds is equal to that in the store. */
const long: Form = (id) => {
  if (!/^-?[1-9]\d{15,18}$/.test(id)) return undefined;
  const value = Long.fromString(id);
  return value.toString() === id && !Number.isSafeInteger(value.toNumber()) ? value : undefined;
};

/** 12.50 is also 12.5 in the store, and found by both. */
const decimal: Form = (id) => {
  if (!/^-?(?:\d|NaN$|Infinity$)/.test(id) || id.length > 42) return undefined;
  return attempt(() => Decimal128.fromString(id), id);
};

const boolean: Form = (id) => (id === 'true' || id === 'false' ? id === 'true' : undefined);

const date: Form = (id) => (/^[+-]?\d{4}/.test(id) && id.endsWith('Z') ? attempt(() => new Date(id), id) : undefined);

const uuid: Form = (id) => (UUID.isValid(id) ? new UUID(id).toBinary() : undefined);

const extendedJson: Form = (id) => {
  if (!id.startsWith('{') && !id.startsWith('[')) return undefined;
  try {
    return readExtendedJson(id);
  } catch {
    return undefined;
  }
};

/** Only what gives the same text again. */
function attempt(read: () => unknown, text: string): unknown {
  try {
    const value = read();
    return idText(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
