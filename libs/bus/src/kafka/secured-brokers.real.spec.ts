import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificateAuthority } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { messagesOf } from '../received.contract.js';
import { kafkaClients } from './clients.contract.js';
import { KafkaBus, type KafkaBusOptions } from './index.js';
import { LogLines } from './log-lines.contract.js';
import { SecuredBrokers } from './secured-brokers.contract.js';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const stranger = new CertificateAuthority('Another authority');

describe.each(kafkaClients)('Settings of TLS for Kafka by %s', (client) => {
  it('Y5: a certificate without its key is refused at once', async () => {
    const tls = { certificate: stranger.cert };

    await expect(KafkaBus.open({ url: 'kafka://127.0.0.1:1', client, log: new LogLines(), tls })).rejects.toThrow(
      /KAFKA_KEY_FILE/,
    );
  });
});

describe.each(kafkaClients)('Brokers that want TLS or a login, by %s', (client) => {
  let brokers: SecuredBrokers;
  let tls: { ca: string };

  beforeAll(async () => {
    brokers = await SecuredBrokers.start();
    tls = { ca: brokers.authority.cert };
  });
  afterAll(() => brokers.stop());

  const login = (mechanism: (typeof mechanisms)[number] = 'scram-sha-512', password = brokers.password) => {
    return { sasl: { mechanism, user: brokers.user, password } };
  };

  const ownCertificate = (authority: CertificateAuthority) => {
    const { cert, key } = authority.issueOnlyFor('client');
    return { certificate: cert, key };
  };

  const open = (url: string, options: Partial<KafkaBusOptions>) => {
    return KafkaBus.open({ url, client, log: new LogLines(), partitions: 1, ...options });
  };

  const expectMessages = async (bus: KafkaBus) => {
    const topic = `test.${randomUUID()}`;
    await bus.check();
    await bus.ensureTopics([topic]);
    await bus.publish([{ topic, key: 'k', value: 'v', headers: {} }]);
    expect((await messagesOf(bus, topic)).map(({ value }) => String(value))).toEqual(['v']);
    await bus.close();
  };

  it.each(mechanisms)('Y5: a login over TLS publishes and reads: %s', async (mechanism) => {
    await expectMessages(await open(brokers.saslOverTls, { tls, ...login(mechanism) }));
  });

  it('Y5: a certificate of the client publishes and reads', async () => {
    await expectMessages(await open(brokers.mutualTls, { tls: { ...tls, ...ownCertificate(brokers.authority) } }));
  });

  it('Y5: a login without TLS publishes and reads', async () => {
    await expectMessages(await open(brokers.sasl, login()));
  });

  it('Y5: the name in the brokers’ certificate may be said', async () => {
    await expectMessages(await open(brokers.tlsOfAnotherHost, { tls: { ...tls, serverName: 'broker.example' } }));
  });

  it.each([
    ...mechanisms.map((mechanism) => {
      const wrong = () => open(brokers.saslOverTls, { tls, ...login(mechanism, 'wrong') });
      return [`a wrong password by ${mechanism}`, wrong, 'bus.not-authorised', 'KAFKA_PASSWORD'] as const;
    }),
    ['an unknown authority', () => open(brokers.saslOverTls, { tls: {}, ...login() }), 'bus.tls', 'KAFKA_CA_FILE'],
    [
      'another authority',
      () => open(brokers.saslOverTls, { tls: { ca: stranger.cert }, ...login() }),
      'bus.tls',
      'KAFKA_CA_FILE',
    ],
    ['another host name', () => open(brokers.tlsOfAnotherHost, { tls }), 'bus.tls', 'KAFKA_TLS_SERVER_NAME'],
    ['no certificate of the client', () => open(brokers.mutualTls, { tls }), 'bus.tls', 'KAFKA_CERTIFICATE_FILE'],
    [
      'a certificate of an unknown client',
      () => open(brokers.mutualTls, { tls: { ...tls, ...ownCertificate(stranger) } }),
      'bus.tls',
      'KAFKA_CERTIFICATE_FILE',
    ],
    ['TLS to a port without', () => open(brokers.plain, { tls }), 'bus.tls', 'does not speak TLS'],
    ['no TLS to a port with it', () => open(brokers.saslOverTls, login()), 'bus.unavailable', 'KAFKA_TLS'],
    ['no login', () => open(brokers.saslOverTls, { tls }), 'bus.unavailable', 'KAFKA_USERNAME'],
  ] as const)('Y5: is reported as what it is, with what to set: %s', async (_, make, code, says) => {
    const bus = await make();

    await expect(bus.check()).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
    await bus.close();
  });
});
