import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationError } from '@batchmill/contracts';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingGroups } from './catalogue.js';
import { pipelineDefaultsOf, proxiesOf } from './engine-settings.js';
import { readPriceFile } from './read-price-file.js';
import { readSettings } from './read-settings.js';
import { settingsReference } from './settings-reference.js';

describe('settings', () => {
  let cwd: string;

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-settings-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  function problemsOf(env: Record<string, string>, files?: string[]): string {
    try {
      readSettings({ env, cwd, ...(files && { files }) });
    } catch (error) {
      expect(error).toBeInstanceOf(ValidationError);
      expect(error).toMatchObject({ code: 'settings.invalid' });
      return (error as ValidationError).message;
    }
    throw new Error('nothing was wrong');
  }

  it('C6: without anything set, every setting has its default', () => {
    const settings = readSettings({ env: {}, cwd });

    expect(settings.requests).toMatchObject({ temperature: 0.1, maxTokens: 500, dimensions: 1536 });
    expect(settings.requests.embeddingModel).toBe('text-embedding-3-small');
    expect(settings.batches).toMatchObject({ completionWindow: null, pollIntervalMs: 300_000, maxRetries: 3 });
    expect(settings.openai).toMatchObject({ apiKey: null, callTimeoutMs: 600_000 });
    expect(settings.installation.home).toBe(join(cwd, '.batchmill'));
    expect(settings.adapters.bus).toEqual({ scheme: 'embedded', url: 'embedded' });
    expect(pipelineDefaultsOf(settings)).toMatchObject({ inferenceBatchSize: 100, embeddingBatchSize: 1000 });
    expect(pipelineDefaultsOf(settings)).not.toHaveProperty('model');
  });

  it('S7: the text of a name that is no setting can be read: the environment wins over a file, an empty value counts as unset', async () => {
    await writeFile(join(cwd, '.env'), 'LINKER_THRESHOLD=0.3\nLINKER_TOPICS=themes\n');

    const { raw } = readSettings({ env: { LINKER_THRESHOLD: '0.2', LINKER_TOPICS: '' }, cwd });

    expect([raw('LINKER_THRESHOLD'), raw('LINKER_TOPICS'), raw('LINKER_ENTITIES')]).toEqual([
      '0.2',
      'themes',
      undefined,
    ]);
  });

  it('Y8: a byte order mark in a file of settings does not hide its first setting', async () => {
    await writeFile(join(cwd, '.env'), '\ufeffOPENAI_BASE_URL=simulated\nMAX_RETRIES=1\n');
    await writeFile(join(cwd, 'key'), '\ufeffsk-of-a-file\r\n');

    const settings = readSettings({ env: { OPENAI_API_KEY_FILE: 'key' }, cwd });

    expect(settings.openai).toMatchObject({ baseUrl: 'simulated', apiKey: 'sk-of-a-file' });
  });

  it('Y8: files that are not UTF-8 stop the start', async () => {
    await writeFile(join(cwd, '.env'), Buffer.from('\ufeffOPENAI_BASE_URL=simulated\r\n', 'utf16le'));
    await writeFile(join(cwd, 'key'), Buffer.from('schlüssel', 'latin1'));

    const found = problemsOf({ OPENAI_API_KEY_FILE: 'key' });

    expect(found).toContain('.env: cannot be read (it is not UTF-8 but UTF-16; save it as UTF-8)');
    expect(found).toMatch(
      /OPENAI_API_KEY_FILE: found .*key in the environment, which cannot be read \(it is not UTF-8/,
    );
  });

  it('Y8: a byte order mark in the file of prices is no part of it', async () => {
    const file = join(cwd, 'prices.json');
    const prices = [{ model: 'm', from: '2026-01-01', inputUsd: 1, outputUsd: 2 }];
    await writeFile(file, `\ufeff${JSON.stringify(prices)}`);

    expect(readPriceFile(file).entries).toEqual(prices);
    await writeFile(file, Buffer.from('[]', 'utf16le'));
    expect(() => readPriceFile(file)).toThrow('it cannot be read (it has zero bytes, as UTF-16 has; save it as UTF-8)');
  });

  it('names of models are read with the models that they stand for', () => {
    const env = { BATCHMILL_BASE_MODELS: 'my-reasoner=o3-mini, embed-prod=text-embedding-3-small' };

    expect(pipelineDefaultsOf(readSettings({ cwd, env })).baseModels).toEqual({
      'my-reasoner': 'o3-mini',
      'embed-prod': 'text-embedding-3-small',
    });
    expect(problemsOf({ BATCHMILL_BASE_MODELS: 'o3-mini' })).toContain('a name and the model that it stands for');
  });

  it('proxies are read from the usual variables, in capitals or not, as URLs or as a host and port', () => {
    const env = {
      https_proxy: 'proxy.example:3128',
      HTTP_PROXY: 'http://u:p@plain.example:8080',
      NO_PROXY: 'a.example, b.example c.example',
    };

    expect(proxiesOf(readSettings({ cwd, env }).proxies)).toEqual({
      https: 'http://proxy.example:3128/',
      http: 'http://u:p@plain.example:8080/',
      except: ['a.example', 'b.example', 'c.example'],
    });
  });

  it('a proxy of another kind stops the start, and its login is not shown', () => {
    const found = problemsOf({ HTTPS_PROXY: 'socks5://user:hidden@proxy.example:1080' });

    expect(found).toContain(
      'HTTPS_PROXY: found a value that is not shown in the environment, expected the http:// or https:// URL of a proxy',
    );
    expect(found).not.toContain('hidden');
  });

  it('C8: a name in a file that is nearly that of a setting is warned of, and stops nothing', async () => {
    const warnings: string[] = [];
    await writeFile(join(cwd, '.env'), 'OPENAI_API_KYE=sk-1\nDATABASE_PASSWORD=x\n');

    readSettings({ env: { OPENAI_API_KYE: 'of another program' }, cwd }, (text) => warnings.push(text));

    expect(warnings).toEqual([
      'OPENAI_API_KYE: found in .env, and no setting has that name; did you mean OPENAI_API_KEY?',
    ]);
  });

  it('C8: the names that users already have are accepted', () => {
    const settings = readSettings({
      cwd,
      env: {
        MONGODB_URI: 'mongodb://u:p@a:27017,b:27017/db?replicaSet=r',
        MONGODB_DB: 'medical',
        MONGODB_COLLECTION: 'patients',
        OPENAI_API_KEY: 'sk-1',
        OPENAI_MODEL: 'gpt-4.1',
        OPENAI_TEMP: '0',
        OPENAI_MAX_TOKENS: '900',
        BATCH_SIZE: '7',
        COMPLETION_WINDOW: '24h',
        POLL_INTERVAL: '60',
        MAX_RETRIES: '0',
        SYSTEM_PROMPT: 'Be brief.',
        USER_PROMPT_TEMPLATE: 'Read: {{ text }}',
        NOTIFICATION_WEBHOOK: 'https://example.org/hook',
        NOTIFICATION_EMAIL: 'a@example.org, b@example.org',
      },
    });

    expect(settings.documents).toEqual({
      url: 'mongodb://u:p@a:27017,b:27017/db?replicaSet=r',
      database: 'medical',
      collection: 'patients',
    });
    expect(settings.batches.pollIntervalMs).toBe(60_000);
    expect(settings.notifications.emails).toEqual(['a@example.org', 'b@example.org']);
    expect(pipelineDefaultsOf(settings)).toMatchObject({
      model: 'gpt-4.1',
      temperature: 0,
      maxTokens: 900,
      inferenceBatchSize: 7,
      embeddingBatchSize: 7,
      pollIntervalSeconds: 60,
      maxRetries: 0,
      collection: 'patients',
      systemPrompt: 'Be brief.',
      userPrompt: 'Read: {{ text }}',
    });
  });

  it('C8: DATABASE_URL is an alias of MONGODB_URI, which wins', () => {
    const DATABASE_URL = 'mongodb://one/db';

    expect(readSettings({ env: { DATABASE_URL }, cwd }).documents.url).toBe(DATABASE_URL);
    expect(readSettings({ env: { DATABASE_URL, MONGODB_URI: 'mongodb://two' }, cwd }).documents.url).toBe(
      'mongodb://two',
    );
  });

  it('C6: the environment wins over the environment’s file, over .env, over the default; an empty value counts as unset', async () => {
    await writeFile(
      join(cwd, '.env'),
      'BATCHMILL_ENV=test\nPORT=1\nMAX_RETRIES=1\nOPENAI_MODEL="from .env"\nOTHER=x\n',
    );
    await writeFile(join(cwd, '.env.test'), 'PORT=2\nMAX_RETRIES=2\n');
    await writeFile(join(cwd, '.env.production'), 'PORT=9\n');

    const settings = readSettings({ env: { MAX_RETRIES: '3', OPENAI_MODEL: '' }, cwd });

    expect(settings.installation.environment).toBe('test');
    expect(settings.batches.maxRetries).toBe(3);
    expect(settings.service.port).toBe(2);
    expect(settings.requests.model).toBe('from .env');
    expect(readSettings({ env: { NODE_ENV: 'production' }, cwd }).service.port).toBe(9);
  });

  it('C6: files that the caller names are read in place of the usual ones, and must exist', async () => {
    await writeFile(join(cwd, '.env'), 'PORT=1\n');
    await writeFile(join(cwd, 'mine.env'), 'MAX_RETRIES=9\n');

    const settings = readSettings({ env: {}, cwd, files: ['mine.env'] });

    expect(settings.batches.maxRetries).toBe(9);
    expect(settings.service.port).toBe(3000);
    expect(problemsOf({}, ['gone.env'])).toContain('gone.env: found no such file');
  });

  it('C8: a secret may come from a file; the nearer source wins', async () => {
    await writeFile(join(cwd, 'key'), 'sk-from-file\n');
    await writeFile(join(cwd, '.env'), 'OPENAI_API_KEY=sk-from-env-file\n');

    const fromFile = readSettings({ env: { OPENAI_API_KEY_FILE: 'key' }, cwd });
    const both = readSettings({ env: { OPENAI_API_KEY_FILE: 'key', OPENAI_API_KEY: 'sk-value' }, cwd });

    expect(fromFile.openai.apiKey).toBe('sk-from-file');
    expect(both.openai.apiKey).toBe('sk-value');
    expect(problemsOf({ OPENAI_API_KEY_FILE: '/gone' })).toContain(
      'OPENAI_API_KEY_FILE: found /gone in the environment',
    );
  });

  it.each([
    ['48h', '48h'],
    ['7D', '7d'],
    [' 24h ', '24h'],
  ])('C8: the completion window %p is %s, in the unit in which it is written', (text, window) => {
    const env = { COMPLETION_WINDOW: text, OPENAI_BASE_URL: 'https://llm.example.com/v1' };

    expect(readSettings({ cwd, env }).batches.completionWindow).toBe(window);
  });

  it('C8: what the provider is known to refuse is said at the start, in terms of the provider', () => {
    const azure = { OPENAI_BASE_URL: 'https://mine.openai.azure.com/openai/v1' };

    expect(problemsOf({ COMPLETION_WINDOW: '48h' })).toContain(
      'COMPLETION_WINDOW: found "48h", expected 24h, which is what OpenAI takes',
    );
    expect(problemsOf({ BATCH_SIZE: '60000' })).toContain(
      'BATCH_SIZE: found "60000", expected an integer from 1 to 50000, which is what OpenAI takes',
    );
    expect(problemsOf({ ...azure, OPENAI_RESULTS_EXPIRE_AFTER: '2d' })).toContain(
      'OPENAI_RESULTS_EXPIRE_AFTER: found 2d, expected 14d to 30d, which is what Azure OpenAI takes',
    );
    expect(readSettings({ cwd, env: { ...azure, BATCH_SIZE: '60000' } }).batches.batchSize).toBe(60_000);
    expect(problemsOf({ BATCHMILL_PROVIDER: 'groq', COMPLETION_WINDOW: '8d' })).toContain(
      'COMPLETION_WINDOW: found "8d", expected 24h to 7d, which is what Groq takes',
    );
  });

  it('C8: an unknown provider is reported with the names of those that are known', () => {
    expect(problemsOf({ BATCHMILL_PROVIDER: 'grok' })).toContain(
      'BATCHMILL_PROVIDER: found "grok" in the environment, expected one of openai, azure, groq, novita, alibaba, openai-compatible',
    );
  });

  it('C8: without a completion window, pipelines have the usual one of the provider', () => {
    const { provider, completionWindow } = pipelineDefaultsOf(
      readSettings({ cwd, env: { OPENAI_BASE_URL: 'https://api.groq.com/openai/v1' } }),
    );

    expect([provider?.name, completionWindow]).toEqual(['groq', '24h']);
  });

  it('C6: one error lists everything that is wrong, with what was found and expected, and shows no secret', async () => {
    await writeFile(join(cwd, '.env.development'), 'POLL_INTERVAL=soon\n');

    const problems = problemsOf({
      PORT: '80a',
      OPENAI_TEMP: '3',
      COMPLETION_WINDOW: '90m',
      OPENAI_API_KEY: 'sk-secret one',
      DATABASE_URL: 'postgres://user:hidden@host/db',
      BATCHMILL_BUS: 'rabbit://host',
      NOTIFICATION_EMAIL: 'nobody',
      LOG_LEVEL: 'loud',
    });

    expect(problems.split('\n')).toEqual([
      '9 settings are wrong:',
      '  BATCHMILL_BUS: found a value that is not shown in the environment, expected embedded, or kafka:…',
      '  DATABASE_URL: found a value that is not shown in the environment, expected a URL that begins with mongodb:// or mongodb+srv://',
      '  OPENAI_API_KEY: found a value that is not shown in the environment, expected a key without spaces',
      '  OPENAI_TEMP: found "3" in the environment, expected a number from 0 to 2',
      '  COMPLETION_WINDOW: found "90m" in the environment, expected hours or days from 1h to 30d, such as 24h, 48h or 7d',
      '  POLL_INTERVAL: found "soon" in .env.development, expected a time from 10ms to 30d (seconds, or with its unit: 500ms, 30s, 5m, 24h)',
      '  PORT: found "80a" in the environment, expected an integer from 0 to 65535',
      '  LOG_LEVEL: found "loud" in the environment, expected one of debug, info, warn, error',
      '  NOTIFICATION_EMAIL: found "nobody" in the environment, expected an e-mail address, several separated by commas',
    ]);
  });

  it('C6: a misspelt BATCHMILL_ name is refused with the closest name', async () => {
    await writeFile(join(cwd, '.env'), 'BATCHMILL_NONSENSE_OF_ALL_KINDS=1\n');

    const problems = problemsOf({ BATCHMILL_HOEM: '/data' });

    expect(problems).toContain('BATCHMILL_HOEM: found in the environment, expected a name of');
    expect(problems).toContain('did you mean BATCHMILL_HOME?');
    expect(problems).toMatch(/BATCHMILL_NONSENSE_OF_ALL_KINDS: found in \.env, expected[^;]*$/m);
  });

  it.each([
    ['500', 500_000],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['2 h', 7_200_000],
  ])('C6: a duration may have a unit: %s', (POLL_INTERVAL, ms) => {
    expect(readSettings({ env: { POLL_INTERVAL }, cwd }).batches.pollIntervalMs).toBe(ms);
  });

  it.each([
    ['Auto', 'auto'],
    ['never', 'never'],
    ['6h', 21_600_000],
  ])('C6: a duration may be a word where one is known: %s', (BATCHMILL_IDLE_AFTER, value) => {
    expect(readSettings({ env: { BATCHMILL_IDLE_AFTER }, cwd }).batches.idleAfterMs).toBe(value);
    expect(problemsOf({ BATCHMILL_IDLE_AFTER: 'soon' })).toContain(
      'found "soon" in the environment, expected auto, never or a time from 1m to 30d',
    );
  });

  it.each([
    ['file:data/blobs', 'data/blobs'],
    ['file:/data', '/data'],
    ['file:///data', '/data'],
  ])('C6: blobs may be kept in a folder: %s', (BATCHMILL_BLOBS, folder) => {
    const { blobs } = readSettings({ env: { BATCHMILL_BLOBS }, cwd }).adapters;

    expect(blobs).toEqual({ scheme: 'file', url: folder.startsWith('/') ? folder : join(cwd, folder) });
  });

  it.each(['KAFKA_CA_FILE', 'MILVUS_CA_FILE'])('C6: %s that cannot be read stops the start', (name) => {
    const wrong = () => readSettings({ env: { [name]: 'no/such.pem' }, cwd });

    expect(wrong).toThrow(new RegExp(`${name}.*no/such.pem.*a file that can be read`));
  });

  it('C7: the shipped pipelines are used when no folder is set and the default does not exist', async () => {
    const unset = readSettings({ env: {}, cwd }).installation.pipelines;
    const set = readSettings({ env: { BATCHMILL_PIPELINES: 'pipelines' }, cwd }).installation.pipelines;
    await mkdir(join(cwd, 'pipelines'));
    const existing = readSettings({ env: {}, cwd }).installation.pipelines;

    expect(await readdir(unset)).toEqual(expect.arrayContaining(['annual-reports', 'package-docs']));
    expect([set, existing]).toEqual([join(cwd, 'pipelines'), join(cwd, 'pipelines')]);
  });

  it('C6: the scheme of an address chooses the adapter', () => {
    const env = {
      BATCHMILL_BUS: 'kafka://a:9092,b:9092',
      BATCHMILL_BLOBS: 'gridfs:',
      BATCHMILL_VECTORS: 'milvus://m:19530',
    };

    expect(readSettings({ env, cwd }).adapters).toMatchObject({
      bus: { scheme: 'kafka', url: 'kafka://a:9092,b:9092' },
      blobs: { scheme: 'gridfs' },
      vectors: { scheme: 'milvus', url: 'milvus://m:19530' },
    });
    expect(readSettings({ env: { OPENAI_BASE_URL: 'simulated' }, cwd }).openai.baseUrl).toBe('simulated');
  });

  it('C6: the reference lists every setting once, with its default', () => {
    const reference = settingsReference();

    for (const [, members] of settingGroups) {
      for (const setting of Object.values(members)) {
        const rows = reference.split('\n').filter((line) => line.startsWith(`| \`${setting.name}\``));
        expect(rows).toHaveLength(1);
        expect(rows[0]).toContain(setting.default === null ? '| – |' : `| \`${setting.default}\` |`);
      }
    }
  });

  it('M1: prices are read from a file, and a wrong file is refused', async () => {
    const file = join(cwd, 'prices.json');
    const price = { model: 'own', from: '2026-01-31', inputUsd: 1, outputUsd: 2 };
    await writeFile(file, JSON.stringify([price]));
    expect(readPriceFile(file)).toEqual({
      entries: [price],
      entriesVersion: expect.stringMatching(/^prices [0-9a-f]{12}$/),
    });

    const longContext = { aboveInputTokens: 200_000, inputUsd: 2, outputUsd: 3, cachedInputUsd: 0.2 };
    await writeFile(file, JSON.stringify([{ ...price, cachedInputUsd: 0.1, batchRate: 0.6, longContext }]));
    expect(readPriceFile(file).entries).toMatchObject([{ batchRate: 0.6, longContext }]);

    await writeFile(file, JSON.stringify([price, { ...price, from: 'today' }]));
    expect(() => readPriceFile(file)).toThrow(/prices\.json: entry 1: from is no day, expected/);
    await writeFile(file, JSON.stringify([{ ...price, cachedInput: 1 }]));
    expect(() => readPriceFile(file)).toThrow('entry 0: cachedInput is no field of a price');
    await writeFile(file, JSON.stringify([{ ...price, longContext: { inputUsd: 1, outputUsd: 1 } }]));
    expect(() => readPriceFile(file)).toThrow('entry 0: longContext.aboveInputTokens is no number of tokens');
    expect(() => readPriceFile(join(cwd, 'gone'))).toThrow(/cannot be read \(ENOENT\)/);
  });
});
