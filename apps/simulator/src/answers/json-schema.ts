/** The parts of a request's JSON schema that the simulator uses. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema that a `$ref` within the same document names; the schema itself when it names none. */
export function resolveReference(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  for (let hops = 0; typeof current['$ref'] === 'string' && hops < 32; hops += 1) {
    const steps = current['$ref'].replace(/^#\/?/, '').split('/').filter(Boolean);
    let found: unknown = root;
    for (const step of steps) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
      found = isSchema(found) ? found[name] : undefined;
    }
    if (!isSchema(found)) return {};
    current = found;
  }
  return current;
}
