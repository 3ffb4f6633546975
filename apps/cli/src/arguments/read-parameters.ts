import { ValidationError } from '@batchmill/contracts';

/** `k=v` pairs; a name that comes several times is a list. Throws a ValidationError for what is no pair. */
export function readParameters(pairs: readonly string[]): Record<string, string | string[]> {
  const parameters = new Map<string, string | string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) {
      const message = `--param: found ${JSON.stringify(pair)}, expected NAME=VALUE, such as --param docType="Annual Report"`;
      throw new ValidationError('cli.bad-parameter', message);
    }
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1);
    const former = parameters.get(name);
    parameters.set(name, former === undefined ? value : [former, value].flat());
  }
  return Object.fromEntries(parameters);
}
