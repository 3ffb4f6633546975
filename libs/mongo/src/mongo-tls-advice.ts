import { mayWantTls, tlsAdvice } from '@batchmill/contracts';

const options = {
  switch: 'tls=true in the URL',
  authority: 'tlsCAFile=/path/of/its.pem in the URL, or NODE_EXTRA_CA_CERTS',
  serverName: null,
  certificate: 'tlsCertificateKeyFile=/path/of/certificate-and-key.pem in the URL',
} as const;

/** What an error says about TLS or its files, and what to set in the URL. Null when it is about something else. */
export function mongoTlsAdvice(error: unknown): string | null {
  return tlsAdvice(error, options);
}

/** A sentence, with a space before it, for a server that ended the connection before it answered. Otherwise an empty text. */
export function mongoHangUpAdvice(message: string): string {
  if (!mayWantTls(message)) return '';
  return ` A server that hangs up at once may want TLS (${options.switch}) or another certificate of the client (tlsCertificateKeyFile).`;
}
