import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it went over the line. */
  readonly raw: string;
  /** Of a header, unfolded; empty when there is none. */
  header(name: string): string;
}

/** A mail server on loopback. */
export class MailReceiver {
  readonly mails: ReceivedMail[] = [];
  /** What it answers to a mail from now on; 250 is yes. */
  code = 250;
  /** Who is not known here. */
  readonly unknown = new Set<string>();

  private constructor(private readonly server: SMTPServer) {}

  /** `login`: `user:password` that it wants. `offersTls` is by STARTTLS, with a certificate that nobody signed. */
  static async open({ login, offersTls = false }: { login?: string; offersTls?: boolean } = {}): Promise<MailReceiver> {
    const server: SMTPServer = new SMTPServer({
      authOptional: login === undefined,
      allowInsecureAuth: true,
      logger: false,
      ...(!offersTls && { disabledCommands: ['STARTTLS'] }),
      onAuth: ({ username, password }, _, done) => {
        if (`${username ?? ''}:${password ?? ''}` === login) done(null, { user: username });
        else done(new Error('not known here'));
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
  return Object.assign(new Error('not now'), { responseCode });
}

function headerIn(raw: string, name: string): string {
  const [head = ''] = raw.split('\r\n\r\n');
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const found = unfolded.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return found?.slice(name.length + 1).trim() ?? '';
}
