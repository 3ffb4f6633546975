/** Fields of these names may hold a secret or a user's data. Their values are not written. */
const neverWritten = new Set(
  'apikey authorization key secret password prompt prompts messages input answer content text vector vectors embedding body'.split(
    ' ',
  ),
);

const notWritten = '[not written]';
const deepest = 5;

/** A copy of the fields without secrets and contents, at any depth. */
export function withoutSecrets(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const isSecret = neverWritten.has(name.toLowerCase().replaceAll(/[-_]/g, '')) && value != null;
      return [name, isSecret ? notWritten : withoutSecret(value, depth)];
    }),
  );
}

function withoutSecret(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (ArrayBuffer.isView(value) || depth >= deepest) return notWritten;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecret(item, depth + 1));
  if (value instanceof Error) return withoutCredentials(`${value.name}: ${value.message}`);
  return withoutSecrets(value as Record<string, unknown>, depth + 1); // neither an array nor a view: an object with named fields
}

/** Removes API keys, and user and password of URLs. */
function withoutCredentials(text: string): string {
  return text.replaceAll(/\bsk-[\w-]{4,}/g, 'sk-…').replaceAll(/(\w:\/\/)[^/\s@]+@/g, '$1…@');
}
