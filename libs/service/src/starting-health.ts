import { ValidationError } from '@batchmill/contracts';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/**
 * The health of a service that is not at work yet, on its port: it lives, and says what it waits for. It makes room when
 * the service itself listens.
 */
export class StartingHealth {
  #waitsFor = { dependency: 'start', message: 'it is starting', since: new Date() };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const isLive = request.url === '/health/live';
      response.writeHead(isLive ? 200 : 503, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(isLive ? { status: 'ok' } : { status: 'not ready', away: [this.#waitsFor] }));
    });
  }

  /** Rejects with a ValidationError when the port is in use. */
  static async listen(port: number, host: string): Promise<StartingHealth> {
    const health = new StartingHealth();
    health.#server.listen(port, host);
    try {
      await once(health.#server, 'listening');
    } catch (error) {
      throw portError(error, port);
    }
    return health;
  }

  waitsFor(dependency: string, message: string): void {
    this.#waitsFor = { ...this.#waitsFor, dependency, message };
  }

  /** A second time does nothing. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export function portError(error: unknown, port: number): unknown {
  if ((error as { code?: unknown }).code !== 'EADDRINUSE') return error;
  return new ValidationError('settings.port-in-use', `PORT: ${port} is in use; set PORT to another, or to 0 for any`, {
    cause: error,
  });
}
