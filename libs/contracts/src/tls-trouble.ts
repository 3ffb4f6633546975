/** What a handshake of TLS failed on. */
export type TlsTrouble =
  | 'unknown-authority'
  | 'other-host-name'
  | 'expired'
  | 'certificate-wanted'
  | 'certificate-refused'
  | 'plain-server'
  | 'unreadable-file';

/** How the settings of an adapter are named, as a sentence says them. */
export interface TlsSettings {
  /** What turns TLS on. */
  readonly switch: string;
  /** What names the file of the authority. */
  readonly authority: string;
  /** What says the name in the server's certificate; null where it is always the host. */
  readonly serverName: string | null;
  /** What names the files of the client's own certificate. */
  readonly certificate: string;
}

/** Codes and messages of Node and OpenSSL; gRPC passes on the message only. The first that matches decides. */
const signs: readonly (readonly [RegExp, TlsTrouble])[] = [
  [/ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i, 'other-host-name'],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate has expired|certificate is not yet valid/i, 'expired'],
  [/alert[ _]certificate[ _]required|alert[ _]handshake[ _]failure/i, 'certificate-wanted'],
  [
    /alert[ _](?:unknown[ _]ca|bad[ _]certificate|certificate[ _](?:unknown|expired|revoked)|unsupported[ _]certificate|access[ _]denied)/i,
    'certificate-refused',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|self-signed certificate|unable to verify the first certificate|unable to get (?:local )?issuer certificate/i,
    'unknown-authority',
  ],
  [
    /WRONG_VERSION_NUMBER|wrong version number|packet length too long|before secure TLS connection was established/i,
    'plain-server',
  ],
  [
    /no start line|bad base64|key values mismatch|bad decrypt|(?:ENOENT|EACCES|EISDIR)[^\n]*, (?:open|read)/i,
    'unreadable-file',
  ],
];

/** Looks into an error and its causes. Null: it is not about TLS. */
export function tlsTroubleOf(error: unknown): TlsTrouble | null {
  const said = wordsOf(error, 0).join('\n');
  return signs.find(([pattern]) => pattern.test(said))?.[1] ?? null;
}

/** What the trouble is and what to set, as sentences. Null: the error is not about TLS. */
export function tlsAdvice(error: unknown, settings: TlsSettings): string | null {
  const trouble = tlsTroubleOf(error);
  return trouble === null ? null : adviceOn(trouble, settings);
}

/** True for what drivers say when a server ends the connection before it answers, as one does that wants TLS and gets none. */
export function mayWantTls(message: string): boolean {
  return /ECONNRESET|socket hang up|connection dropped|closed connection|connection .*closed/i.test(message);
}

function adviceOn(trouble: TlsTrouble, { switch: tls, authority, serverName, certificate }: TlsSettings): string {
  switch (trouble) {
    case 'unknown-authority':
      return `The server's certificate is signed by an authority that is not trusted here. Name the authority: ${authority}.`;
    case 'other-host-name':
      return `The server's certificate is for another host name. Use a name that is in the certificate${serverName === null ? '' : `, or say it: ${serverName}`}.`;
    case 'expired':
      return "The server's certificate is not valid at this time. Renew it, or set the clock of this machine.";
    case 'certificate-wanted':
      return `The server wants a certificate of the client. Name it: ${certificate}.`;
    case 'certificate-refused':
      return `The server refuses the client's certificate. Name one that an authority of the server has signed: ${certificate}.`;
    case 'plain-server':
      return `The server does not speak TLS on this port. Use its port for TLS, or leave out ${tls}.`;
    case 'unreadable-file':
      return `A file of certificates or keys is missing or not in PEM form. Check ${authority} and ${certificate}.`;
  }
}

function wordsOf(error: unknown, depth: number): string[] {
  if (typeof error !== 'object' || error === null || depth > 6) return [];
  const { message, code, details, cause, errors } = error as Readonly<Record<string, unknown>>;
  const words = [message, code, details].filter((word) => typeof word === 'string');
  const inner = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [...words, ...inner.flatMap((one) => wordsOf(one, depth + 1))];
}
