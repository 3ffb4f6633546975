import { ValidationError } from '@batchmill/contracts';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** Answers health checks on the port of a service until the service itself listens: live, and not ready, with the reason. */
export class StartupHealth {
  #outage = { dependency: 'start', message: 'the service is starting', since: new Date() };
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const isLive = request.url === '/health/live';
      response.writeHead(isLive ? 200 : 503, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(isLive ? { status: 'ok' } : { status: 'not ready', outages: [this.#outage] }));
    });
  }

  /** Rejects with a ValidationError when the port is in use. */
  static async listen(port: number, host: string): Promise<StartupHealth> {
    const health = new StartupHealth();
    health.#server.listen(port, host);
    try {
      await once(health.#server, 'listening');
    } catch (error) {
      throw portError(error, port);
    }
    return health;
  }

  report(message: string): void {
    this.#outage = { ...this.#outage, message };
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The error of a port that could not be opened, as a ValidationError when the port is in use. */
export function portError(error: unknown, port: number): unknown {
  if ((error as { code?: unknown }).code !== 'EADDRINUSE') return error;
  return new ValidationError(
    'settings.port-in-use',
    `PORT: ${port} is in use; set PORT to another, or to 0 for any free port`,
    { cause: error },
  );
}
