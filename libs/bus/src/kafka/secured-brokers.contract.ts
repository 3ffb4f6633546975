import { CertificateAuthority, serverAddresses } from '@batchmill/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from '../../../../test/servers/server.js';

/** Apart from the ports of the other test servers. */
const portsApart = 20;

/** A broker of its own that wants TLS with a login, TLS with a certificate of the client, or a login without TLS. */
export class SecuredBrokers {
  readonly authority = new CertificateAuthority();
  readonly user = 'batchmill';
  readonly password = 'right-password';
  readonly #port = Number(new URL(serverAddresses.kafka).port) + portsApart;
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#folder = folder;
    const env = {
      KAFKA_PORT: String(this.#port),
      KAFKA_CONTROLLER_PORT: String(this.#port + 1),
      KAFKA_HEAP: '256m',
      KAFKA_PROPERTIES: join(folder, 'secured.properties'),
      KAFKA_SCRAM: `${this.user}:${this.password}`,
    };
    this.#server = new Server('kafka', { env });
  }

  static async start(): Promise<SecuredBrokers> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-kafka-'));
    const brokers = new SecuredBrokers(folder);
    await brokers.#write();
    await brokers.#server.stop(); // one that an ended test left behind has other certificates
    await brokers.#server.start();
    return brokers;
  }

  /** SASL (PLAIN, SCRAM) over TLS. */
  get saslOverTls(): string {
    return `kafka://localhost:${this.#port + 2}`;
  }

  /** TLS that wants a certificate of the client. */
  get mutualTls(): string {
    return `kafka://localhost:${this.#port + 3}`;
  }

  /** SASL without TLS. */
  get sasl(): string {
    return `kafka://localhost:${this.#port + 4}`;
  }

  /** TLS with a certificate that is for another host. */
  get tlsOfAnotherHost(): string {
    return `kafka://localhost:${this.#port + 5}`;
  }

  /** Neither TLS nor a login. */
  get plain(): string {
    return `kafka://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    const right = this.authority.issue();
    const other = this.authority.issueOnlyFor('broker.example');
    const files = {
      'ca.pem': this.authority.cert,
      'right.pem': right.key + right.cert,
      'other.pem': other.key + other.cert,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.#folder, name), text);
    await writeFile(join(this.#folder, 'secured.properties'), this.#properties());
  }

  #properties(): string {
    const listeners = {
      PLAINTEXT: ['PLAINTEXT', this.#port],
      CONTROLLER: ['PLAINTEXT', this.#port + 1],
      LOGIN: ['SASL_SSL', this.#port + 2],
      MUTUAL: ['SSL', this.#port + 3],
      OPENLOGIN: ['SASL_PLAINTEXT', this.#port + 4],
      OTHER: ['SSL', this.#port + 5],
    } as const;
    const each = Object.entries(listeners);
    const offered = each.map(([name, [, port]]) => `${name}://127.0.0.1:${port}`);
    const advertised = each
      .filter(([name]) => name !== 'CONTROLLER')
      .map(([name, [, port]]) => `${name}://localhost:${port}`);
    const pem = (listener: string, file: string) => [
      `listener.name.${listener}.ssl.keystore.type=PEM`,
      `listener.name.${listener}.ssl.keystore.location=${join(this.#folder, file)}`,
      `listener.name.${listener}.ssl.truststore.type=PEM`,
      `listener.name.${listener}.ssl.truststore.location=${join(this.#folder, 'ca.pem')}`,
    ];
    const login = (listener: string) => [
      `listener.name.${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
      `listener.name.${listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${this.user}="${this.password}";`,
      ...['scram-sha-256', 'scram-sha-512'].map((mechanism) => {
        return `listener.name.${listener}.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;`;
      }),
    ];
    const lines = [
      '',
      `listeners=${offered.join(',')}`,
      `advertised.listeners=${advertised.join(',')}`,
      `listener.security.protocol.map=${each.map(([name, [protocol]]) => `${name}:${protocol}`).join(',')}`,
      ...pem('login', 'right.pem'),
      ...pem('mutual', 'right.pem'),
      ...pem('other', 'other.pem'),
      'listener.name.mutual.ssl.client.auth=required',
      ...login('login'),
      ...login('openlogin'),
    ];
    return `${lines.join('\n')}\n`;
  }
}
