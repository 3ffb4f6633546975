import { describe, expect, it } from '@jest/globals';
import { mayWantTls, tlsAdvice, tlsTroubleOf } from './tls-trouble.js';

const settings = {
  switch: 'TLS=true',
  authority: 'CA_FILE',
  serverName: 'SERVER_NAME',
  certificate: 'CERTIFICATE_FILE',
};

describe('what a handshake of TLS failed on', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-authority'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'other-host-name'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate-wanted'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'certificate-refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain-server'],
    ['ECONNREFUSED', null],
  ])('Y5: is known from the code %s', (code, trouble) => {
    expect(tlsTroubleOf(Object.assign(new Error('failed'), { code }))).toBe(trouble);
  });

  it.each([
    ['the last of several causes', new Error('a', { cause: new Error('b', { cause: coded('CERT_HAS_EXPIRED') }) })],
    ['one of the errors that were gathered', new AggregateError([coded('ECONNREFUSED'), coded('CERT_HAS_EXPIRED')])],
    ['the words of gRPC', new Error('14 UNAVAILABLE: No connection established. Last error: certificate has expired')],
  ])('Y5: is found in %s', (_, error) => {
    expect(tlsTroubleOf(error)).toBe('expired');
  });

  it('Y5: the advice names the setting, and there is none for another trouble', () => {
    expect(tlsAdvice(coded('SELF_SIGNED_CERT_IN_CHAIN'), settings)).toContain('CA_FILE');
    expect(tlsAdvice(coded('ERR_TLS_CERT_ALTNAME_INVALID'), settings)).toContain('SERVER_NAME');
    expect(tlsAdvice(new Error('ENOENT: no such file or directory, open /x.pem'), settings)).toContain(
      'CERTIFICATE_FILE',
    );
    expect(tlsAdvice(new Error('not primary'), settings)).toBeNull();
  });

  it('Y5: a server that hangs up may want TLS, one that is not there does not', () => {
    expect(mayWantTls('connection 1 to 127.0.0.1:27017 closed')).toBe(true);
    expect(mayWantTls('connect ECONNREFUSED 127.0.0.1:27017')).toBe(false);
  });
});

function coded(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}
