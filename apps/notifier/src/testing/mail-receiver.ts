import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The mail as it was sent. */
  readonly raw: string;
  /** The value of a header, unfolded; empty when the mail has none. */
  header(name: string): string;
}

/** A mail server on loopback. */
export class MailReceiver {
  readonly mails: ReceivedMail[] = [];
  /** The status code of the answers to a mail from now on; 250 accepts it. */
  code = 250;
  /** Receivers that are refused. */
  readonly unknown = new Set<string>();

  private constructor(private readonly server: SMTPServer) {}

  /** `login`: the `user:password` that it requires. `offersTls`: by STARTTLS, with a self-signed certificate. */
  static async open({ login, offersTls = false }: { login?: string; offersTls?: boolean } = {}): Promise<MailReceiver> {
    const server: SMTPServer = new SMTPServer({
      authOptional: login === undefined,
      allowInsecureAuth: true,
      logger: false,
      ...(!offersTls && { disabledCommands: ['STARTTLS'] }),
      onAuth: ({ username, password }, _, done) => {
        if (`${username ?? ''}:${password ?? ''}` === login) done(null, { user: username });
        else done(new Error('unknown login'));
      },
      onRcptTo: ({ address }, _, done) => {
        if (receiver.unknown.has(address)) done(refusal(550));
        else done();
      },
      onData: (stream, { envelope }, done) => {
        void text(stream).then((raw) => {
          if (receiver.code !== 250) {
            done(refusal(receiver.code));
            return;
          }
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          receiver.mails.push({
            from,
            to: rcptTo.map(({ address }) => address),
            raw,
            header: (name) => headerIn(raw, name),
          });
          done();
        });
      },
    });
    const receiver = new MailReceiver(server);
    server.on('error', () => undefined); // a client that does not trust the certificate hangs up
    await once(
      server.listen(0, '127.0.0.1').on('error', () => undefined),
      'listening',
    );
    return receiver;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }
}

function refusal(responseCode: number): Error {
  return Object.assign(new Error('refused'), { responseCode });
}

function headerIn(raw: string, name: string): string {
  const [head = ''] = raw.split('\r\n\r\n');
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const match = unfolded.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return match?.slice(name.length + 1).trim() ?? '';
}
