/* Long, because it is a table: every setting with its type, its default and its meaning. */

import { busAdapters } from '@batchmill/bus';
import { repository } from '@batchmill/contracts';
import {
  choice,
  choices,
  completionWindow,
  decimal,
  duration,
  durationOr,
  integer,
  list,
  path,
  pathOr,
  proxy,
  text,
  url,
  type SettingGroup,
} from '@batchmill/contracts/settings';
import { consumerName } from '@batchmill/consumer';
import { profileNames } from '@batchmill/provider';
import { notificationTypes } from '@batchmill/records';
import { vectorsAdapters } from '@batchmill/vectors';
import { address, schemesOf } from './address.js';
import { join } from 'node:path';

/** The folder of the pipelines of the repository. Where Batchmill is installed as a package, it comes without any. */
const shippedPipelines = repository === null ? null : join(repository, 'pipelines');

/** A secret of the Standard Webhooks specification. */
const webhookSecret = {
  pattern: /^whsec_(?=[A-Za-z0-9+/=]{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  expected: '`whsec_` and the base64 of 24 to 64 bytes',
};

/**
 * Every setting, in the groups and under the names in which code reads it. The reference is printed from this. The file is
 * long because it is one table.
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
      meaning: 'The pipeline of `batchmill --batch` without `--pipeline`.',
    }),
    home: path('BATCHMILL_HOME', { default: '.batchmill', meaning: 'The folder of all embedded data.' }),
    pipelines: pathOr('BATCHMILL_PIPELINES', shippedPipelines, {
      default: 'pipelines',
      meaning:
        'The folder of pipelines. Each has a folder of its name: `<name>/<name>.pipeline.ts`. Unset, and without such a folder: the pipelines that come with Batchmill. Those in `apps/*/pipelines` are always found.',
    }),
    consumers: path('BATCHMILL_CONSUMERS_FOLDER', {
      default: 'consumers',
      meaning:
        'The folder of your consumers, which may be missing. Each has a folder of its name: `<name>/<name>.consumer.ts`. `BATCHMILL_CONSUMERS` chooses among them.',
    }),
  },
  adapters: {
    bus: address('BATCHMILL_BUS', schemesOf(busAdapters), {
      default: 'embedded',
      meaning: 'The event bus.',
      isSecret: true,
    }),
    topicPrefix: text('BATCHMILL_TOPIC_PREFIX', {
      default: null,
      meaning:
        'A text in front of every topic and consumer group, such as `staging.`. Installations that share a Kafka need one each. Logs and metrics name topics without it.',
      matching: {
        pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,98}[._-]$/,
        expected: 'letters, digits, dots, dashes and underscores that end in a dot, dash or underscore: `staging.`',
      },
    }),
    store: address('BATCHMILL_STORE', ['mongodb', 'mongodb+srv'], {
      default: 'embedded',
      meaning: 'The state of Batchmill, and the documents unless `MONGODB_URI` is set.',
      isSecret: true,
    }),
    blobs: address('BATCHMILL_BLOBS', ['file', 'gridfs'], {
      default: 'embedded',
      meaning:
        'Batch files and results: a folder in the home, another folder, or GridFS. `gridfs:` is in the database of `BATCHMILL_STORE`, `gridfs:mongodb://…/db` in another.',
      isSecret: true,
    }),
    vectors: address('BATCHMILL_VECTORS', schemesOf(vectorsAdapters), {
      default: 'embedded',
      meaning: 'The vector store.',
      isSecret: true,
    }),
  },
  documents: {
    url: url('MONGODB_URI', {
      aliases: ['DATABASE_URL'],
      schemes: ['mongodb', 'mongodb+srv'],
      default: null,
      meaning: 'The MongoDB server and database of the documents. Unset: they are in `BATCHMILL_STORE`.',
      isSecret: true,
    }),
    database: text('MONGODB_DB', {
      default: null,
      meaning: 'The database of the documents. It wins over the one in the URL.',
    }),
    collection: text('MONGODB_COLLECTION', {
      default: null,
      meaning: 'The default collection of pipelines.',
    }),
  },
  openai: {
    apiKey: text('OPENAI_API_KEY', {
      default: null,
      meaning: 'The API key. Not needed with `OPENAI_BASE_URL=simulated`.',
      isSecret: true,
      matching: { pattern: /^\S+$/, expected: 'a key without spaces' },
    }),
    baseUrl: url('OPENAI_BASE_URL', {
      schemes: ['https', 'http'],
      words: ['simulated'],
      default: 'https://api.openai.com/v1',
      meaning:
        'The URL of OpenAI or of a compatible server, with the version in its path. `simulated` starts a simulator in this process.',
    }),
    provider: choice('BATCHMILL_PROVIDER', profileNames, {
      default: null,
      meaning:
        'What the server behind `OPENAI_BASE_URL` takes: the limits of a file, the completion windows, which requests. Unset: the provider whose host the URL has, else `openai-compatible`. See [Use another provider](../how-to/another-provider.md).',
    }),
    organization: text('OPENAI_ORG_ID', { default: null, meaning: 'The organization, for a key of several.' }),
    project: text('OPENAI_PROJECT_ID', { default: null, meaning: 'The project, for a key of several.' }),
    resultsExpireMs: duration('OPENAI_RESULTS_EXPIRE_AFTER', {
      unit: 's',
      fromMs: 3_600_000,
      toMs: 30 * 86_400_000,
      default: null,
      meaning:
        'How long the provider keeps the result files of a batch (`output_expires_after`). They are downloaded and deleted long before; this is for those that are not. Unset: 30 days at a provider that is known to take the field; it is not sent to others.',
    }),
    callTimeoutMs: duration('COMPLETION_TIMEOUT', {
      unit: 's',
      fromMs: 1_000,
      toMs: 86_400_000,
      default: '600',
      meaning: 'The timeout of one call to the provider.',
    }),
    requestsPerMinute: integer('OPENAI_REQUESTS_PER_MINUTE', {
      from: 1,
      to: 10_000_000,
      default: '3000',
      meaning:
        'How many calls all processes together send in a minute at most: of Files and Batches per account, of synchronous calls per model. Less where the provider’s responses show a lower limit.',
    }),
    tokensPerMinute: integer('OPENAI_TOKENS_PER_MINUTE', {
      from: 1,
      to: 10_000_000_000,
      default: '1000000',
      meaning: 'The same for the tokens of synchronous calls, per model. Batches have a queue of their own instead.',
    }),
    webhookSecrets: list('OPENAI_WEBHOOK_SECRET', {
      each: webhookSecret,
      default: null,
      meaning:
        'The secrets that verify the webhooks of OpenAI, which `status-poller` receives at `/provider/webhook`. Set two while you replace one. Unset: there are no webhooks, and batches are polled.',
      isSecret: true,
    }),
    pricesFile: path('BATCHMILL_PRICES', {
      default: null,
      meaning:
        'A JSON file of prices that win over the built-in ones, in dollars per million tokens: `[{"model", "from", "inputUsd", "outputUsd"}]`, and where they differ `cachedInputUsd`, `cacheWriteUsd`, `batchRate`, `flexRate`, `longContext`.',
    }),
  },
  proxies: {
    https: proxy('HTTPS_PROXY', {
      aliases: ['https_proxy'],
      default: null,
      meaning:
        'The proxy for `https:` URLs of the provider, of webhooks and of telemetry. Hosts of this machine are always reached directly.',
      isSecret: true,
    }),
    http: proxy('HTTP_PROXY', {
      aliases: ['http_proxy'],
      default: null,
      meaning: 'The same for `http:` URLs.',
      isSecret: true,
    }),
    except: list('NO_PROXY', {
      aliases: ['no_proxy'],
      each: { pattern: /^\S/, expected: 'a host' },
      default: null,
      meaning:
        'The hosts that are reached without a proxy: `example.com` with all below it, an address, a network such as `10.0.0.0/8`, each perhaps with a port, or `*`.',
    }),
  },
  requests: {
    model: text('OPENAI_MODEL', {
      default: null,
      meaning: 'The default model of functions. Unset: gpt-4o-mini.',
    }),
    baseModels: list('BATCHMILL_BASE_MODELS', {
      each: {
        pattern: /^[^=\s]+=[^=\s]+$/,
        expected: 'a name and the model that it stands for, `my-deployment=o3-mini`',
      },
      default: null,
      meaning:
        'The models that other names stand for: deployments of Azure, aliases of a gateway. They decide which fields are sent and how tokens are counted. A pipeline may say it with `baseModel`.',
    }),
    temperature: decimal('OPENAI_TEMP', {
      from: 0,
      to: 2,
      default: '0.1',
      meaning: 'The default temperature of functions.',
    }),
    maxTokens: integer('OPENAI_MAX_TOKENS', {
      from: 1,
      to: 1_000_000,
      default: '500',
      meaning: 'The default limit of output tokens of functions.',
    }),
    systemPrompt: text('SYSTEM_PROMPT', { default: null, meaning: 'The default system prompt of functions.' }),
    userPrompt: text('USER_PROMPT_TEMPLATE', {
      default: null,
      meaning: 'The default user prompt of functions, a Liquid template.',
    }),
    embeddingModel: text('BATCHMILL_EMBEDDING_MODEL', {
      default: 'text-embedding-3-small',
      meaning: 'The default model of embeddings.',
    }),
    dimensions: integer('BATCHMILL_DIMENSIONS', {
      from: 1,
      to: 32_768,
      default: '1536',
      meaning: 'The default number of dimensions of embeddings.',
    }),
  },
  batches: {
    batchSize: integer('BATCH_SIZE', {
      from: 1,
      to: 100_000,
      default: null,
      meaning:
        'The default number of documents per batch file, at most the requests that the provider takes in one. Unset: 100 for inference, 1000 for embeddings.',
    }),
    completionWindow: completionWindow('COMPLETION_WINDOW', {
      default: null,
      meaning:
        'How long the provider may take for a batch, where the pipeline does not say it. OpenAI takes 24h only; see [what others take](../how-to/another-provider.md). Unset: the usual one of the provider, 24h.',
    }),
    pollIntervalMs: duration('POLL_INTERVAL', {
      unit: 's',
      fromMs: 10,
      default: '300',
      meaning: 'The longest interval between two polls of a submitted batch. The interval starts short and grows.',
    }),
    firstPollMs: duration('BATCHMILL_FIRST_POLL_MS', {
      unit: 'ms',
      fromMs: 1,
      default: '5000',
      meaning:
        'The time until the first poll of a submitted batch, and of a file that the provider must process first.',
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
      meaning: 'The backoff before the first retry. It doubles with each one.',
    }),
    maxFreeRetries: integer('BATCHMILL_MAX_FREE_RETRIES', {
      from: 1,
      to: 10_000,
      default: '20',
      meaning:
        'How many free retries (batch expired or cancelled, result lost) a document gets before it is left pending.',
    }),
    maxWaitingBatches: integer('BATCHMILL_MAX_WAITING_BATCHES', {
      from: 1,
      to: 100_000,
      default: '20',
      meaning: 'The scan of a run pauses while this many of its batches wait to be built or submitted.',
    }),
    breakerBatches: integer('BATCHMILL_BREAKER_BATCHES', {
      from: 0,
      to: 1_000,
      default: '3',
      meaning:
        'A run is paused when so many of its batches in a row have mostly failed, or its trial has. Batches of fewer than ten requests do not count. 0: never.',
    }),
    breakerShare: decimal('BATCHMILL_BREAKER_SHARE', {
      from: 0,
      to: 1,
      default: '0.5',
      meaning: 'The share of its requests above which a batch counts as mostly failed.',
    }),
    maxUsdPerRun: decimal('BATCHMILL_MAX_USD_PER_RUN', {
      from: 0,
      to: 1_000_000,
      default: null,
      meaning:
        'The most that a run may spend, in US dollars, where neither its request nor its pipeline says another limit. Unset: there is none.',
    }),
    maxUsdPerDay: decimal('BATCHMILL_MAX_USD_PER_DAY', {
      from: 0,
      to: 1_000_000,
      default: null,
      meaning:
        'The most that all runs of the account may spend on a day in UTC, in US dollars. Unset: there is no limit. It must be the same in all processes.',
    }),
    trialDocuments: integer('BATCHMILL_TRIAL_DOCUMENTS', {
      from: 0,
      to: 1_000,
      default: '10',
      meaning:
        'How many documents a run of more than one batch file begins with. If the provider refuses all their requests, the run is stopped. 0: no trial.',
    }),
    trialWaitMs: duration('BATCHMILL_TRIAL_WAIT', {
      unit: 's',
      default: '600',
      meaning: 'How long the rest of a run waits at most for the first answer to its trial.',
    }),
    overdueGraceMs: duration('BATCHMILL_OVERDUE_GRACE', {
      unit: 's',
      default: '3600',
      meaning:
        'The grace period after the completion window, before a batch is overdue and is cancelled. Raise it for a provider whose batches do not expire, such as Azure.',
    }),
    lateResultsMs: duration('BATCHMILL_LATE_RESULTS', {
      unit: 's',
      fromMs: 1_000,
      default: '3600',
      meaning:
        'How long the provider may take to show the result file of answers that it has counted. After that they are requested, and paid, again.',
    }),
    lostAfterMs: duration('BATCHMILL_LOST_AFTER', {
      unit: 's',
      fromMs: 1_000,
      default: '172800',
      meaning:
        'How long the provider may not know a batch, or leave it `validating`, `finalizing` or `cancelling`, before it is given up as lost and its documents are requested again. A cancelled run waits an hour at most.',
    }),
    idleAfterMs: durationOr('BATCHMILL_IDLE_AFTER', ['auto', 'never'], {
      unit: 's',
      fromMs: 60_000,
      default: 'auto',
      meaning:
        'How long none of the requests of a batch in progress may end before it is idle. `auto`: longer than comparable batches of the account took, once it is known of a hundred.',
    }),
    whenIdle: choice('BATCHMILL_WHEN_IDLE', ['warn', 'resend'], {
      default: 'warn',
      meaning:
        'What becomes of an idle batch. `warn`: it is logged, shown, and a notification is sent. `resend`: it is also cancelled, its answers are kept, and what it lacks is sent again, at most twice.',
    }),
    armMs: duration('BATCHMILL_CREATE_TIMEOUT', {
      unit: 's',
      fromMs: 1_000,
      toMs: 3_600_000,
      default: '60',
      meaning: 'The timeout of the call that creates a provider batch.',
    }),
    staleListMs: duration('BATCHMILL_LIST_LAG', {
      unit: 's',
      default: '30',
      meaning: 'How long the provider’s list of batches may lack one that it has accepted.',
    }),
    scheduleCatchUpMs: duration('SCHEDULE_CATCH_UP', {
      unit: 's',
      default: '3600',
      meaning:
        'How late a scheduled run may start, when no service was running at its time. After that it is reported as missed.',
    }),
    sweepMs: duration('BATCHMILL_SWEEP_INTERVAL', {
      unit: 's',
      fromMs: 100,
      default: '300',
      meaning: 'The interval between two searches for orphans.',
    }),
    reuseMs: duration('BATCHMILL_REUSE_FOR', {
      unit: 's',
      toMs: 365 * 86_400_000,
      default: '30d',
      meaning:
        'How long an answer is kept that later requests may take, where their function says `reuse`, though not longer than `BATCHMILL_KEEP_TEXTS`. 0: none is kept, and none is taken.',
    }),
    keepTextsMs: duration('BATCHMILL_KEEP_TEXTS', {
      unit: 's',
      fromMs: 3_600_000,
      toMs: 3650 * 86_400_000,
      default: '30d',
      meaning:
        'How long our own copies of users’ texts and ids are kept after their run has ended: batch files, manifests, archives, kept answers, dead letters. See [forget what was sent](../how-to/forget.md).',
    }),
    keepRecordsMs: duration('BATCHMILL_KEEP_RECORDS', {
      unit: 's',
      fromMs: 60 * 86_400_000,
      toMs: 3650 * 86_400_000,
      default: null,
      meaning:
        'How long records without texts are kept after their run has ended: runs, claims, batches, notifications, and what consumers have handled. Unset: for ever. At least 60 days, since `audit` and the sweep for orphans read so far back. The ledger always stays.',
    }),
  },
  work: {
    concurrency: integer('BATCHMILL_CONCURRENCY', {
      from: 1,
      to: 256,
      default: '4',
      meaning: 'How many records a stage works on at once.',
    }),
    leaseMs: duration('BATCHMILL_LEASE', {
      unit: 's',
      fromMs: 1_000,
      toMs: 3_600_000,
      default: '30',
      meaning: 'How long a lease lasts without renewal: after this time the work of a dead process is taken over.',
    }),
    pollMs: duration('BATCHMILL_WORK_POLL_INTERVAL', {
      unit: 's',
      fromMs: 10,
      toMs: 3_600_000,
      default: '1',
      meaning: 'How often a stage polls for due records, besides the signals it receives.',
    }),
    maxAttempts: integer('BATCHMILL_MAX_ATTEMPTS', {
      from: 1,
      to: 100,
      default: '5',
      meaning: 'How often work on a record may fail before it is parked.',
    }),
    backoffMs: duration('BATCHMILL_BACKOFF', {
      unit: 's',
      fromMs: 10,
      toMs: 3_600_000,
      default: '1',
      meaning: 'The backoff before failed work is retried. It doubles with each attempt.',
    }),
    maxBackoffMs: duration('BATCHMILL_MAX_BACKOFF', {
      unit: 's',
      fromMs: 10,
      toMs: 86_400_000,
      default: '60',
      meaning: 'The longest backoff of failed work.',
    }),
    republishAfterMs: duration('BATCHMILL_REPUBLISH_AFTER', {
      unit: 's',
      fromMs: 100,
      toMs: 3_600_000,
      default: '5',
      meaning: 'How old an event in the outbox must be before it is republished.',
    }),
    claimMs: duration('BATCHMILL_CLAIM_TIMEOUT', {
      unit: 's',
      fromMs: 100,
      toMs: 3_600_000,
      default: '30',
      meaning: 'The longest that the scan may take to fill one claim.',
    }),
    sliceLines: integer('BATCHMILL_SLICE_LINES', {
      from: 1,
      to: 50_000,
      default: '500',
      meaning: 'How many results are written between two checkpoints.',
    }),
  },
  service: {
    port: integer('PORT', {
      from: 0,
      to: 65_535,
      default: '3000',
      meaning:
        'The port of `/health`, `/metrics` and `/due`, and of `/provider/webhook` where `status-poller` runs. 0: any free port.',
    }),
    consumers: list('BATCHMILL_CONSUMERS', {
      each: { pattern: consumerName.pattern, expected: 'the name of a consumer' },
      default: null,
      meaning:
        'Which consumers run beside the stages where every stage runs in one process: `batchmill serve` without names. Unset: none. A consumer that runs as a service, as by `batchmill serve NAME`, needs no entry.',
    }),
    logLevel: choice('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], {
      default: 'info',
      meaning: 'The lowest level that is logged.',
    }),
    name: text('OTEL_SERVICE_NAME', {
      default: null,
      meaning: 'The name of the process in traces. Unset: `batchmill-<stage>`.',
    }),
    otlpUrl: url('OTEL_EXPORTER_OTLP_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'Where traces are sent, by OTLP over HTTP. `/v1/traces` is appended. Unset: traces are not sent.',
    }),
    tracesUrl: url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'The same as a full URL. It wins over `OTEL_EXPORTER_OTLP_ENDPOINT`.',
    }),
    metricsUrl: url('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', {
      schemes: ['http', 'https'],
      default: null,
      meaning: 'Where metrics are sent, as a full URL. Unset: they are not sent, and are at `/metrics` as always.',
    }),
    telemetryOff: choice('OTEL_SDK_DISABLED', ['true', 'false'], {
      default: 'false',
      meaning: 'Turns off sending traces and metrics.',
    }),
    shutdownMs: duration('SHUTDOWN_TIMEOUT', {
      unit: 's',
      default: '30',
      meaning: 'How long a shutdown waits for work to reach a checkpoint.',
    }),
  },
  notifications: {
    webhookUrl: url('NOTIFICATION_WEBHOOK', {
      schemes: ['https', 'http'],
      default: null,
      meaning: 'The URL that notifications are posted to, by the Standard Webhooks specification.',
      isSecret: true,
    }),
    webhookSecrets: list('NOTIFICATION_WEBHOOK_SECRET', {
      each: webhookSecret,
      default: null,
      meaning: 'The secrets that sign webhooks. Set two while you replace one. Unset: webhooks are not signed.',
      isSecret: true,
    }),
    webhookOn: choices('NOTIFICATION_WEBHOOK_ON', notificationTypes, {
      default: notificationTypes.filter((type) => type !== 'run.progressed').join(','),
      meaning:
        'The notification types that are posted. `run.progressed` says what a run waits for and when it will be done.',
    }),
    webhookTemplate: path('NOTIFICATION_WEBHOOK_TEMPLATE', {
      default: null,
      meaning: 'A file with a Liquid template of the JSON to post. Unset: `{"type", "timestamp", "data"}`.',
    }),
    allowPrivate: choice('NOTIFICATION_ALLOW_PRIVATE', ['true', 'false'], {
      default: 'false',
      meaning: 'Allows a webhook at a private, loopback or link-local address, such as `localhost`.',
    }),
    emails: list('NOTIFICATION_EMAIL', {
      each: { pattern: /^[^@\s]+@[^@\s]+$/, expected: 'an e-mail address' },
      default: null,
      meaning: 'The recipients of e-mail. Requires `SMTP_URL` and `NOTIFICATION_FROM`.',
    }),
    emailFrom: text('NOTIFICATION_FROM', {
      default: null,
      meaning: 'The sender: `batchmill@example.org`, or `Batchmill <batchmill@example.org>`.',
      matching: { pattern: /^(?:[^@\s<>]+@[^@\s<>]+|[^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>)$/, expected: 'an e-mail address' },
    }),
    smtpUrl: url('SMTP_URL', {
      schemes: ['smtp', 'smtps'],
      default: null,
      meaning:
        'The mail server. `smtps://user:password@host` uses TLS from the start, `smtp://…` uses STARTTLS where it is offered. A password is sent over TLS only, unless `?requireTLS=false` is appended.',
      isSecret: true,
    }),
    emailOn: choices('NOTIFICATION_EMAIL_ON', notificationTypes, {
      default: 'batch.failed,run.ended,work.parked,work.held',
      meaning:
        'The notification types that are mailed. Of a type that a run can have many times, at most one per hour.',
    }),
    emailTemplate: path('NOTIFICATION_EMAIL_TEMPLATE', {
      default: null,
      meaning: 'A file with a Liquid template of `Subject: …`, an empty line, and the text.',
    }),
  },
  simulator: {
    speed: decimal('BATCHMILL_SIMULATOR_SPEED', {
      from: 0,
      to: 10_000_000,
      default: '1',
      meaning: 'How many simulated seconds pass per second, with `OPENAI_BASE_URL=simulated`.',
    }),
    turnaround: text('BATCHMILL_SIMULATOR_TURNAROUND', {
      default: '0',
      meaning: 'How long a simulated batch takes, in simulated time. `measured`: as long as real batches took.',
      matching: { pattern: /^(measured|\d+(\.\d+)?[smh]?)$/, expected: 'a time such as 0, 5s, 10m or 2h, or measured' },
    }),
    seed: integer('BATCHMILL_SIMULATOR_SEED', {
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      default: '1',
      meaning: 'The seed of everything random in it.',
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
