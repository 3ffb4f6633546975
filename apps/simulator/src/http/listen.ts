import type { FastifyInstance } from 'fastify';
import { SimulatorError } from '../simulator-error.js';

/** Returns the port. Throws a SimulatorError with the remedy when it cannot listen. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const reason =
      code === 'EADDRINUSE' ? 'is in use by another process. Choose another port' : `cannot be listened on (${code})`;
    throw new SimulatorError('simulator.port-unavailable', `Port ${port} on ${host} ${reason}.`, { cause });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
