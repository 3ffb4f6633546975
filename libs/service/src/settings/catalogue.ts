import { busAdapters } from '@batchmill/bus';
import {
  choice,
  choices,
  decimal,
  duration,
  integer,
  list,
  path,
  pathOr,
  text,
  url,
  type SettingGroup,
} from '@batchmill/contracts/settings';
import { notificationTypes } from '@batchmill/records';
import { vectorsAdapters } from '@batchmill/vectors';
import { address, schemesOf } from './address.js';
import { shippedPipelines } from './shipped-pipelines.js';

/**
 * All that can be set, in the groups and under the names in which it is read. The reference is printed from this. Long,
 * because it is one table.
 */
export const settingsCatalogue = {
  installation: {
    environment: text('BATCHMILL_ENV', {
      aliases: ['NODE_ENV'],
      default: 'development',
      meaning:
        'Which `.env.<environment>` is read beside `.env`: development, test, production, or a name of your own.',
      matching: { pattern: /^[A-Za-z][\w-]*$/, expected: 'a name of letters, digits, dashes and underscores' },
    }),
    defaultPipeline: text('DEFAULT_PIPELINE', {
      default: null,
      meaning: 'The pipeline of `batchmill --batch` where `--pipeline` does not say it.',
    }),
    home: path('BATCHMILL_HOME', { default: '.batchmill', meaning: 'The folder of all embedded data.' }),
    pipelines: pathOr('BATCHMILL_PIPELINES', shippedPipelines, {
      default: 'pipelines',
      meaning:
        'The folder of pipelines: each in a folder of its name, as `<name>/<name>.pipeline.ts`. Unset, and no such folder: those that come with Batchmill. Those in `apps/*/pipelines` are found besides.',
    }),
  },
  adapters: {
    bus: address('BATCHMILL_BUS', schemesOf(busAdapters), {
      default: 'embedded',
      meaning: 'The event bus.',
      isSecret: true,
    }),
    store: address('BATCHMILL_STORE', ['mongodb', 'mongodb+srv'], {
      default: 'embedded',
      meaning: 'Our own state; the documents too, unless `MONGODB_URI` says otherwise.',
      isSecret: true,
    }),
    blobs: address('BATCHMILL_BLOBS', ['file', 'gridfs'], {
      default: 'embedded',
      meaning:
        'Batch files and results: a folder in the home, another folder, or GridFS: `gridfs:` in the database of the store, `gridfs:mongodb://…/db` in another.',
      isSecret: true,
    }),
    vectors: address('BATCHMILL_VECTORS', schemesOf(vectorsAdapters), {
      default: 'embedded',
      meaning: 'The vectors.',
      isSecret: true,
    }),
  },
  documents: {
    url: url('MONGODB_URI', {
      aliases: ['DATABASE_URL'],
      schemes: ['mongodb', 'mongodb+srv'],
      default: null,
      meaning: 'The database of the documents to work on. Unset: they are in `BATCHMILL_STORE`.',
      isSecret: true,
    }),
    database: text('MONGODB_DB', {
      default: null,
      meaning: 'The database of the documents; it goes before the one that the URL names.',
    }),
    collection: text('MONGODB_COLLECTION', {
      default: null,
      meaning: 'The collection of pipelines that name none.',
    }),
  },
  openai: {
    apiKey: text('OPENAI_API_KEY', {
      default: null,
      meaning: 'The key. Not needed for `OPENAI_BASE_URL=simulated`.',
      isSecret: true,
      matching: { pattern: /^\S+$/, expected: 'a key without spaces' },
    }),
    baseUrl: url('OPENAI_BASE_URL', {
      schemes: ['https', 'http'],
      words: ['simulated'],
      default: 'https://api.openai.com/v1',
      meaning: 'OpenAI, a compatible server with the version in its path, or `simulated`: a simulator in this process.',
    }),
    organization: text('OPENAI_ORG_ID', { default: null, meaning: 'Where a key belongs to several organizations.' }),
    project: text('OPENAI_PROJECT_ID', { default: null, meaning: 'Where a key belongs to several projects.' }),
    callTimeoutMs: duration('COMPLETION_TIMEOUT', {
      unit: 's',
      fromMs: 1_000,
      toMs: 86_400_000,
      default: '600',
      meaning: 'The longest that one call to the provider may take.',
    }),
    pricesFile: path('BATCHMILL_PRICES', {
      default: null,
      meaning: 'A JSON file of prices that win over the built-in ones: `[{"model","from","inputUsd","outputUsd"}]`.',
    }),
  },
  requests: {
    model: text('OPENAI_MODEL', {
      default: null,
      meaning: 'The model of functions that name none; unset: gpt-4o-mini.',
    }),
    temperature: decimal('OPENAI_TEMP', {
      from: 0,
      to: 2,
      default: '0.1',
      meaning: 'The temperature of functions that say none.',
    }),
    maxTokens: integer('OPENAI_MAX_TOKENS', {
      from: 1,
      to: 1_000_000,
      default: '500',
      meaning: 'The longest answer of functions that say none.',
    }),
    systemPrompt: text('SYSTEM_PROMPT', { default: null, meaning: 'The system prompt of functions that have none.' }),
    userPrompt: text('USER_PROMPT_TEMPLATE', {
      default: null,
      meaning: 'The user prompt of functions that have none: a Liquid template.',
    }),
    embeddingModel: text('BATCHMILL_EMBEDDING_MODEL', {
      default: 'text-embedding-3-small',
      meaning: 'The model of embeddings that name none.',
    }),
    dimensions: integer('BATCHMILL_DIMENSIONS', {
      from: 1,
      to: 32_768,
      default: '1536',
      meaning: 'The length of the vectors of embeddings that say none.',
    }),
  },
  batches: {
    batchSize: integer('BATCH_SIZE', {
      from: 1,
      to: 50_000,
      default: null,
      meaning: 'Documents per batch file where the pipeline says none; unset: 100 for inference, 1000 for embeddings.',
    }),
    completionWindow: choice('COMPLETION_WINDOW', ['24h'], {
      default: '24h',
      meaning: 'How long the provider may take; it knows only this one.',
    }),
    pollIntervalMs: duration('POLL_INTERVAL', {
      unit: 's',
      fromMs: 10,
      default: '300',
      meaning: 'The longest time between two looks at a submitted batch; they begin shorter and grow.',
    }),
    firstPollMs: duration('BATCHMILL_FIRST_POLL_MS', {
      unit: 'ms',
      fromMs: 1,
      default: '5000',
      meaning: 'The time until the first look at a submitted batch.',
    }),
    maxRetries: integer('MAX_RETRIES', {
      from: 0,
      to: 100,
      default: '3',
      meaning: 'Retries of a failed request after its first attempt.',
    }),
    retryBaseMs: duration('BATCHMILL_RETRY_BASE', {
      unit: 's',
      default: '30',
      meaning: 'The wait before the first retry; doubles with each one.',
    }),
    maxFreeRetries: integer('BATCHMILL_MAX_FREE_RETRIES', {
      from: 1,
      to: 10_000,
      default: '20',
      meaning: 'Rounds that used no attempt (expired, queue full) after which a document is left pending.',
    }),
    maxWaitingBatches: integer('BATCHMILL_MAX_WAITING_BATCHES', {
      from: 1,
      to: 100_000,
      default: '20',
      meaning: 'The scan waits while its run has more batches not yet submitted.',
    }),
    overdueGraceMs: duration('BATCHMILL_OVERDUE_GRACE', {
      unit: 's',
      default: '3600',
      meaning: 'After the completion window, before a batch counts as overdue.',
    }),
    armMs: duration('BATCHMILL_ARM_SECONDS', {
      unit: 's',
      fromMs: 1_000,
      toMs: 3_600_000,
      default: '60',
      meaning: 'The longest that the call that creates a batch may take.',
    }),
    staleListMs: duration('BATCHMILL_STALE_LIST_SECONDS', {
      unit: 's',
      default: '30',
      meaning: 'How long the provider’s list may lag behind what it accepted.',
    }),
    scheduleCatchUpMs: duration('SCHEDULE_CATCH_UP', {
      unit: 's',
      default: '3600',
      meaning:
        'A scheduled run that nobody was at work for is started all the same when its time is no longer ago; else it is told as missed.',
    }),
    sweepMs: duration('BATCHMILL_SWEEP_INTERVAL', {
      unit: 's',
      fromMs: 100,
      default: '300',
      meaning: 'Between two looks for provider batches that no record holds.',
    }),
  },
  work: {
    concurrency: integer('BATCHMILL_CONCURRENCY', {
      from: 1,
      to: 256,
      default: '4',
      meaning: 'Records that one stage works on at once.',
    }),
    leaseMs: duration('BATCHMILL_LEASE', {
      unit: 's',
      fromMs: 1_000,
      toMs: 3_600_000,
      default: '30',
      meaning: 'After how long the work of a process that died is taken over.',
    }),
    pollMs: duration('BATCHMILL_WORK_POLL_INTERVAL', {
      unit: 's',
      fromMs: 10,
      toMs: 3_600_000,
      default: '1',
      meaning: 'How often a stage looks for work by its clock, whatever messages said.',
    }),
    maxAttempts: integer('BATCHMILL_MAX_ATTEMPTS', {
      from: 1,
      to: 100,
      default: '5',
      meaning: 'Tries before a record is parked.',
    }),
    backoffMs: duration('BATCHMILL_BACKOFF', {
      unit: 's',
      fromMs: 10,
      toMs: 3_600_000,
      default: '1',
      meaning: 'The wait before work that failed is tried again; doubles with each try.',
    }),
    maxBackoffMs: duration('BATCHMILL_MAX_BACKOFF', {
      unit: 's',
      fromMs: 10,
      toMs: 86_400_000,
      default: '60',
      meaning: 'The longest that this wait grows to.',
    }),
    republishAfterMs: duration('BATCHMILL_REPUBLISH_AFTER', {
      unit: 's',
      fromMs: 100,
      toMs: 3_600_000,
      default: '5',
      meaning: 'How old a fact must be that is not known to be published before it is published again.',
    }),
    claimMs: duration('BATCHMILL_CLAIM_SECONDS', {
      unit: 's',
      fromMs: 100,
      toMs: 3_600_000,
      default: '30',
      meaning: 'The longest that gathering one claim of documents may take.',
    }),
    sliceLines: integer('BATCHMILL_SLICE_LINES', {
      from: 1,
      to: 50_000,
      default: '500',
      meaning: 'Result lines that are written between two checkpoints.',
    }),
  },
  service: {
    port: integer('PORT', {
      from: 0,
      to: 65_535,
      default: '3000',
      meaning: 'The port of health and metrics; 0: any that is free.',
    }),
    logLevel: choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], {
      default: 'info',
      meaning: 'The least that is logged.',
    }),
    name: text('OTEL_SERVICE_NAME', {
      default: null,
      meaning: 'What the process is called in traces; unset: `batchmill-<stage>`.',
    }),
    otlpUrl: url('OTEL_EXPORTER_OTLP_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'Where traces are sent to (OTLP over HTTP, `/v1/traces` is added). Unset: nowhere.',
    }),
    tracesUrl: url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'The same as a whole URL; goes before `OTEL_EXPORTER_OTLP_ENDPOINT`.',
    }),
    metricsUrl: url('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'Where counts are sent to, as a whole URL. Unset: nowhere; they are always at `/metrics`.',
    }),
    telemetryOff: choice('OTEL_SDK_DISABLED', ['true', 'false'], {
      default: 'false',
      meaning: 'Whether nothing is sent at all.',
    }),
    shutdownMs: duration('SHUTDOWN_TIMEOUT', {
      unit: 's',
      default: '30',
      meaning: 'How long a stop waits for work to reach a checkpoint.',
    }),
  },
  notifications: {
    webhookUrl: url('NOTIFICATION_WEBHOOK', {
      schemes: ['https', 'http'],
      default: null,
      meaning: 'Where completions, failures and retries are posted, by the Standard Webhooks specification.',
      isSecret: true,
    }),
    webhookSecrets: list('NOTIFICATION_WEBHOOK_SECRET', {
      each: {
        pattern: /^whsec_(?=[A-Za-z0-9+/=]{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
        expected: '`whsec_` and the base64 of 24 to 64 bytes',
      },
      default: null,
      meaning: 'What posts are signed with. Two while one is replaced by the other. Unset: nothing is signed.',
      isSecret: true,
    }),
    webhookOn: choices('NOTIFICATION_WEBHOOK_ON', notificationTypes, {
      default: notificationTypes.join(','),
      meaning: 'What is posted.',
    }),
    webhookTemplate: path('NOTIFICATION_WEBHOOK_TEMPLATE', {
      default: null,
      meaning: 'A Liquid file that renders to the JSON to post. Unset: `{"type", "timestamp", "data"}`.',
    }),
    allowPrivate: choice('NOTIFICATION_ALLOW_PRIVATE', ['true', 'false'], {
      default: 'false',
      meaning: 'Whether the webhook may be at a private, loopback or link-local address, `localhost` among them.',
    }),
    emails: list('NOTIFICATION_EMAIL', {
      each: { pattern: /^[^@\s]+@[^@\s]+$/, expected: 'an e-mail address' },
      default: null,
      meaning: 'To whom failures and the ends of runs are mailed. Wants `SMTP_URL` and `NOTIFICATION_FROM`.',
    }),
    emailFrom: text('NOTIFICATION_FROM', {
      default: null,
      meaning: 'Who mails: `batchmill@example.org`, or `Batchmill <batchmill@example.org>`.',
      matching: { pattern: /^(?:[^@\s<>]+@[^@\s<>]+|[^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>)$/, expected: 'an e-mail address' },
    }),
    smtpUrl: url('SMTP_URL', {
      schemes: ['smtp', 'smtps'],
      default: null,
      meaning:
        'The mail server: `smtps://user:password@host` speaks TLS from the start, `smtp://…` by STARTTLS where it is offered; a password is sent by TLS alone, unless `?requireTLS=false` is added.',
      isSecret: true,
    }),
    emailOn: choices('NOTIFICATION_EMAIL_ON', notificationTypes, {
      default: 'batch.failed,run.ended,work.parked',
      meaning: 'What is mailed; what a run has many of at most once an hour.',
    }),
    emailTemplate: path('NOTIFICATION_EMAIL_TEMPLATE', {
      default: null,
      meaning: 'A Liquid file that renders to `Subject: …`, an empty line, and the text.',
    }),
  },
  simulator: {
    speed: decimal('BATCHMILL_SIMULATOR_SPEED', {
      from: 0,
      to: 10_000_000,
      default: '1',
      meaning: 'Simulated seconds per second, for `OPENAI_BASE_URL=simulated`.',
    }),
    turnaround: text('BATCHMILL_SIMULATOR_TURNAROUND', {
      default: '0',
      meaning: 'How long a simulated batch takes, in simulated time.',
      matching: { pattern: /^(measured|\d+(\.\d+)?[smh]?)$/, expected: 'a time such as 0, 5s, 10m or 2h, or measured' },
    }),
    seed: integer('BATCHMILL_SIMULATOR_SEED', {
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      default: '1',
      meaning: 'What everything that it draws by lot depends on.',
    }),
  },
} as const;

export type SettingsCatalogue = typeof settingsCatalogue;

/** The settings of adapters that have some, by the name of the adapter. */
export const adapterGroups: readonly (readonly [string, SettingGroup])[] = [...busAdapters, ...vectorsAdapters]
  .filter(({ settings }) => Object.keys(settings).length > 0)
  .map(({ name, settings }) => [name, settings]);

/** Every group with its settings, in the order of the reference. */
export const settingGroups: readonly (readonly [string, SettingGroup])[] = Object.entries(settingsCatalogue).flatMap(
  ([group, settings]) => (group === 'adapters' ? [[group, settings], ...adapterGroups] : [[group, settings]]),
);
