import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Fault } from '../faults/fault-injector.js';
import { OpenAiError } from '../http/openai-error.js';
import { isTimeForm, presentTime } from '../http/present-time.js';
import { readLimit } from '../http/read-limit.js';
import type { Simulation } from '../simulation.js';
import { readExpiresAfter } from '../storage/expires-after.js';
import { fileStatus, type FileFaults, type StoredFile } from '../storage/file-store.js';
import { newFileId } from '../storage/new-file-id.js';
import { contentStream } from './content-stream.js';
import { receiveUpload } from './receive-upload.js';
import type { Upload } from './receive-upload.js';
import type { ProviderBehaviour } from '../providers/provider-behaviour.js';

const purposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];
const batchFileSeconds = 30 * 86_400;

interface ById {
  readonly Params: { readonly id: string };
}

interface Listing {
  readonly Querystring: Readonly<Record<'purpose' | 'after' | 'limit' | 'order', string | undefined>>;
}

/** The Files API. */
export function addFileRoutes(app: FastifyInstance, uploadFolder: string, simulation: Simulation): void {
  const { files, clock, options } = simulation;

  const found = (id: string, account: string): StoredFile => {
    const file = files.find(id, clock.nowSeconds());
    if (file?.account !== account) throw new OpenAiError(404, `No such File object: ${id}`, { param: 'id' });
    return file;
  };

  app.post('/v1/files', { config: { faultOn: 'files.create' } }, async (request) => {
    const id = newFileId();
    const upload = await receiveUpload(request, uploadFolder, id, options.limits.maxFileBytes);
    try {
      const faults = drawFileFaults(request.faults, clock.nowMs(), options.provider);
      const file = describeUpload(id, upload, clock.nowSeconds(), { account: request.account, faults });
      await files.add(file, upload.contentPath);
      await files.deleteExpired(file.createdAt);
      return present(file, clock.nowMs());
    } catch (error) {
      await rm(upload.contentPath, { force: true });
      throw error;
    }
  });

  app.get<Listing>('/v1/files', async ({ query, account }) => {
    const limit = readLimit(query.limit, 10_000, 10_000);
    const listed = files.list({
      nowSeconds: clock.nowSeconds(),
      purpose: query.purpose,
      account,
      after: query.after,
      order: query.order === 'asc' ? 'asc' : 'desc',
      limit: limit + 1,
    });
    const data = listed.slice(0, limit).map((file) => present(file, clock.nowMs()));
    const ids = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return { object: 'list', data, ...ids, has_more: listed.length > limit };
  });

  app.get<ById>('/v1/files/:id', async ({ params, account }) => present(found(params.id, account), clock.nowMs()));

  app.get<ById>('/v1/files/:id/content', { config: { faultOn: 'files.content' } }, async (request, reply) => {
    const { id, bytes } = found(request.params.id, request.account);
    return reply
      .type('application/octet-stream')
      .header('content-length', bytes)
      .send(contentStream(files.pathOf(id), bytes, request.faults));
  });

  app.delete<ById>('/v1/files/:id', { config: { faultOn: 'files.delete' } }, async ({ params, account }) => {
    await files.delete(found(params.id, account).id);
    return { id: params.id, object: 'file', deleted: true };
  });
}

function describeUpload(
  id: string,
  { fields, filename, bytes }: Upload,
  nowSeconds: number,
  { account, faults }: Pick<StoredFile, 'account' | 'faults'>,
): StoredFile {
  const purpose = fields.get('purpose');
  if (purpose === undefined) throw new OpenAiError(400, "'purpose' is a required property", { param: 'purpose' });
  if (!purposes.includes(purpose)) {
    const message = `'${purpose}' is not one of ${purposes.map((one) => `'${one}'`).join(', ')} - 'purpose'`;
    throw new OpenAiError(400, message, { param: 'purpose' });
  }
  const anchor = fields.get('expires_after[anchor]');
  const seconds = fields.get('expires_after[seconds]');
  const requested = anchor === undefined && seconds === undefined ? undefined : { anchor, seconds };
  const expires = readExpiresAfter(requested, 'expires_after') ?? (purpose === 'batch' ? batchFileSeconds : undefined);
  const expiresAt = expires === undefined ? null : nowSeconds + expires;
  return { id, purpose, filename, bytes, createdAt: nowSeconds, expiresAt, account, faults };
}

/** How a file of the provider behaves, with the faults from the rules that fired when it was uploaded. */
function drawFileFaults(
  fired: readonly Fault[],
  nowMs: number,
  { files, filePendingSeconds }: ProviderBehaviour,
): FileFaults {
  const fault = (what: Fault['what']): Fault | undefined => fired.find((one) => one.what === what);
  const pending = fault('pending');
  const pendingSeconds = pending === undefined ? filePendingSeconds : Number(pending.value ?? 30);
  const error = fault('error');
  const times = fault('times');
  return {
    ...files,
    ...(pendingSeconds === 0 ? {} : { pendingUntilMs: nowMs + pendingSeconds * 1000 }),
    ...(error === undefined
      ? {}
      : { error: typeof error.value === 'string' ? error.value : 'The file could not be processed.' }),
    ...(fault('no-status') === undefined ? {} : { noStatus: true }),
    ...(times === undefined ? {} : { times: isTimeForm(times.value) ? times.value : 'iso' }),
  };
}

function present(file: StoredFile, nowMs: number) {
  const { id, purpose, filename, bytes, createdAt, expiresAt, faults } = file;
  const { status, details } = fileStatus(file, nowMs);
  return {
    id,
    object: 'file' as const,
    bytes,
    created_at: presentTime(createdAt * 1000, faults.times),
    expires_at: presentTime(expiresAt === null ? null : expiresAt * 1000, faults.times),
    filename,
    purpose,
    ...(faults.noStatus === true ? {} : { status, status_details: details }),
  };
}
