import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, in PEM. */
export interface CertificateAndKey {
  readonly key: string;
  readonly cert: string;
}

/** A certificate of its own authority, for `localhost` and the names. */
export function selfSigned(...names: readonly string[]): CertificateAndKey {
  const { publicKey, privateKey } = keyPair();
  const cert = certificate({ publicKey, subject: ours, issuer: ours, signedBy: privateKey, isAuthority: true, names });
  return { key: pemOf(privateKey), cert };
}

/** An authority for certificates of servers and clients. Node's crypto reads certificates but makes none. */
export class CertificateAuthority {
  /** Its own certificate, in PEM: what others have to trust. */
  readonly cert: string;
  readonly #key: KeyObject;
  readonly #name: string;

  constructor(name = 'Batchmill test authority') {
    const { publicKey, privateKey } = keyPair();
    this.#key = privateKey;
    this.#name = name;
    const own = { subject: name, issuer: name, signedBy: privateKey };
    this.cert = certificate({ publicKey, ...own, isAuthority: true, names: [] });
  }

  /** For `localhost` and the names. */
  issue(...names: readonly string[]): CertificateAndKey {
    return this.#issue(['localhost', ...names], {});
  }

  /** For these names only. */
  issueOnlyFor(...names: readonly string[]): CertificateAndKey {
    return this.#issue(names, {});
  }

  /** For `localhost`, and past its end. */
  issueExpired(): CertificateAndKey {
    return this.#issue(['localhost'], { until: '240201000000Z' });
  }

  #issue(names: readonly string[], { until }: { until?: string }): CertificateAndKey {
    const { publicKey, privateKey } = keyPair();
    const subject = `Batchmill test ${names.join(' ')}`;
    const issued = { subject, issuer: this.#name, signedBy: this.#key, isAuthority: false, onlyNames: names };
    const cert = certificate({ publicKey, ...issued, names: [], ...(until !== undefined && { until }) });
    return { key: pemOf(privateKey), cert };
  }
}

const ours = 'Batchmill test';
let serial = 0;

interface Content {
  readonly publicKey: KeyObject;
  readonly subject: string;
  readonly issuer: string;
  readonly signedBy: KeyObject;
  readonly isAuthority: boolean;
  /** Beside `localhost`. */
  readonly names: readonly string[];
  /** Instead of `localhost` and the names. */
  readonly onlyNames?: readonly string[];
  readonly until?: string;
}

function certificate({ publicKey, signedBy, ...content }: Content): string {
  const { subject, issuer, isAuthority, names, onlyNames, until = '490101000000Z' } = content;
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const authority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))));
  const namesHere = (onlyNames ?? ['localhost', ...names]).map((name) => der(0x82, Buffer.from(name)));
  const alternatives = extension('551d11', sequence(...namesHere));
  serial += 1;
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([0x10, serial >> 8, serial & 0xff])),
    ecdsaWithSha256,
    named(issuer),
    sequence(der(0x17, Buffer.from('240101000000Z')), der(0x17, Buffer.from(until))),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...(isAuthority ? [authority] : []), alternatives)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', signed, signedBy)]));
  const body = sequence(signed, ecdsaWithSha256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function named(commonName: string): Buffer {
  const id = der(0x06, Buffer.from('550403', 'hex'));
  return sequence(der(0x31, sequence(id, der(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(der(0x06, Buffer.from(id, 'hex')), der(0x04, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** A value with its tag and length, as ASN.1's distinguished encoding rules write it. */
function der(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), value]);
}
