import { createServer, type AddressInfo } from 'node:net';

/** A port of this machine that nobody listens on, as the text that a setting needs. */
export async function freePort(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo; // it listens on a port
    server.close(() => resolve(String(port)));
  });
  return promise;
}
