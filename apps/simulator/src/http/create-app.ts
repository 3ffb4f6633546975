import { randomBytes } from 'node:crypto';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { BatchEngine } from '../batches/batch-engine.js';
import { accountHeaders, accountOfKey, noName } from '../accounts.js';
import type { Simulation } from '../simulation.js';
import { SimulatorError } from '../simulator-error.js';
import { addHttpFaults } from './http-faults.js';
import { OpenAiError } from './openai-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The account of the key (see `accountOfKey`). */
    account: string;
  }
}

const maxBodyBytes = 128 * 1024 * 1024;

/** A server without routes yet: keys, error shapes, request ids, faults. */
export async function createApp(engine: BatchEngine, simulation: Simulation): Promise<FastifyInstance> {
  const { basePath } = simulation.options.provider;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 512 },
    rewriteUrl: ({ url = '' }) => routedUrl(url, basePath),
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: simulation.options.limits.maxFileBytes, files: 1 },
  });
  // Clients declare JSON even when the body is empty, for example to cancel a batch.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? {} : JSON.parse(String(text)));
    } catch {
      done(new OpenAiError(400, 'We could not parse the JSON body of your request.'));
    }
  });

  app.decorateRequest('account', noName);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', `req_${randomBytes(16).toString('hex')}`);
    if (!request.url.startsWith('/v1/')) return;
    request.account = accountOfKey(checkedKey(request.headers.authorization));
    reply.headers(accountHeaders(request.account));
  });
  addHttpFaults(app, engine, simulation);

  app.setNotFoundHandler(async (request, reply) => {
    const { status, body } = new OpenAiError(404, `Invalid URL (${request.method} ${request.originalUrl})`);
    return reply.code(status).send(body);
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const { status, body, headers } = toOpenAiError(error, simulation);
    return reply.code(status).headers(headers).send(body);
  });
  return app;
}

/** Routes are those of OpenAI. Where a provider has another path, that is the only one. */
function routedUrl(url: string, basePath: string): string {
  if (url.startsWith(`${basePath}/`)) return `/v1${url.slice(basePath.length)}`;
  return url.startsWith('/v1/') ? `/not-of-this-provider${url}` : url;
}

/** Throws an OpenAiError when there is no key, or a refused one. */
function checkedKey(authorization: string | undefined): string {
  const key = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) {
    throw new OpenAiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
        '(i.e. Authorization: Bearer YOUR_KEY).',
    );
  }
  if (key.startsWith('sk-refused')) {
    throw new OpenAiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  }
  return key;
}

function toOpenAiError(error: unknown, simulation: Simulation): OpenAiError {
  if (error instanceof OpenAiError) return error;
  if (error instanceof SimulatorError) return new OpenAiError(400, error.message, { code: error.code });
  const status = statusOf(error);
  if (status < 500) return new OpenAiError(status, error instanceof Error ? error.message : 'Invalid request.');
  simulation.onError(`A request failed: ${String(error)}`);
  return new OpenAiError(500, 'The server had an error while processing your request. Sorry about that!');
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 ? error.statusCode : 500;
}
