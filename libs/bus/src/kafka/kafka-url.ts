import { ValidationError } from '@batchmill/contracts';

const expected = 'expected kafka://host:9092, or kafka://host:9092,host2:9092 to name several brokers';
const host = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i;

/** The brokers in a URL, each as `host:port`. Throws a ValidationError that shows no password. */
export function brokersOf(url: string): string[] {
  const [, rest] = /^kafka:\/\/(.*)$/is.exec(url.trim()) ?? [];
  if (rest === undefined) throw badUrl('it does not begin with kafka://');
  if (rest.includes('@')) throw badUrl('it holds a user or a password, which are options of their own: sasl');
  if (/[/?#]/.test(rest.replace(/\/$/, ''))) throw badUrl('something follows the brokers');
  return rest.replace(/\/$/, '').split(',').map(brokerOf);
}

function brokerOf(address: string): string {
  const [, name = '', port = '9092'] = /^(.*?)(?::([^:\]]*))?$/s.exec(address.trim()) ?? [];
  if (name === '')
    throw badUrl(
      address.trim() === '' ? 'it names no broker between two commas or at its end' : `“${address}” has no host`,
    );
  if (!host.test(name)) throw badUrl(`“${name}” is not a host name`);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw badUrl(`“${port}” is not a port`);
  return `${name}:${port}`;
}

function badUrl(found: string): ValidationError {
  return new ValidationError('bus.bad-url', `The address of the bus is invalid: ${found}; ${expected}.`);
}
