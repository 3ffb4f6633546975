import { BSON } from 'mongodb';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Answer = Readonly<Record<string, unknown>>;
type Answers = Readonly<Record<string, Answer>>;

/** Answers `hello` as MongoDB does, a few commands as it is told, and every other command with the same refusal. */
export class RefusingServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(refusal: Answer, answers: Answers) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      let read = Buffer.alloc(0);
      socket.on('data', (piece) => {
        read = Buffer.concat([read, piece]);
        if (read.length >= 4 && read.readInt32LE(0) > hello.maxMessageSizeBytes) socket.destroy(); // not a message
        for (; read.length >= 4 && read.length >= read.readInt32LE(0); read = read.subarray(read.readInt32LE(0))) {
          socket.write(answerTo(read.subarray(0, read.readInt32LE(0)), refusal, answers));
        }
      });
    });
  }

  /** `answers`: those to other commands, by their names in lower case. */
  static async start(refusal: Answer, answers: Answers = {}): Promise<RefusingServer> {
    const refusing = new RefusingServer(refusal, answers);
    refusing.#server.listen(0, '127.0.0.1');
    await once(refusing.#server, 'listening');
    return refusing;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on a port
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const opQuery = 2004;
const opReply = 1;
const opMessage = 2013;

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
function answerTo(message: Buffer, refusal: Answer, answers: Answers): Buffer {
  if (message.readInt32LE(12) === opQuery) {
    const flagsCursorStartAndCount = Buffer.alloc(20);
    flagsCursorStartAndCount.writeInt32LE(1, 16);
    return framed(message, opReply, Buffer.concat([flagsCursorStartAndCount, BSON.serialize(hello)]));
  }
  const sections = message.subarray(21); // documents of the command may follow
  const request = BSON.deserialize(sections, { allowObjectSmallerThanBufferSize: true });
  const command = Object.keys(request)[0]?.toLowerCase() ?? '';
  const answer = answers[command] ?? (command === 'hello' || command === 'ismaster' ? hello : refusal);
  return framed(message, opMessage, Buffer.concat([Buffer.alloc(5), BSON.serialize(answer)]));
}

const hello = {
  ok: 1,
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  minWireVersion: 0,
  maxWireVersion: 21,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  saslSupportedMechs: ['SCRAM-SHA-256'],
};

function framed(request: Buffer, operation: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(operation, 12);
  return Buffer.concat([head, body]);
}
