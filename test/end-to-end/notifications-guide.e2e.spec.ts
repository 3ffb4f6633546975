import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomIds, SystemClock } from '@batchmill/contracts';
import { sendTest } from '@batchmill/notifier';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MailReceiver } from '../../apps/notifier/src/testing/mail-receiver.js';
import { emailTo, secret, webhookTo } from '../../apps/notifier/src/testing/channel-settings.js';
import { WebhookReceiver } from '../../apps/notifier/src/testing/webhook-receiver.js';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/how-to/notifications.md'), 'utf8');

/** The code of a language in the guide, in order. */
function snippets(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
}

describe('docs/how-to/notifications.md', () => {
  let hook: WebhookReceiver;
  let mail: MailReceiver;
  let folder: string;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
    mail = await MailReceiver.open();
    // Within the workspace: the snippet for Node imports the library.
    folder = await mkdtemp(join(root, 'node_modules/.guide-'));
  });
  afterEach(async () => {
    await hook.close();
    await mail.close();
    await rm(folder, { recursive: true, force: true });
  });

  const context = { clock: new SystemClock(), ids: new RandomIds() };

  async function post(): Promise<{ headers: unknown; body: string }> {
    await sendTest({ webhook: webhookTo(hook.url), email: null }, context);
    return hook.posts[0]!;
  }

  /** Runs a snippet with a call of it. Returns what it prints. */
  async function outputOf(program: string, file: string, code: string): Promise<string> {
    await writeFile(join(folder, file), code);
    const { stdout, stderr, error } = spawnSync(program, [join(folder, file)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], WEBHOOK_SECRET: secret },
    });
    if (error !== undefined) throw error;
    return `${stdout}${stderr}`.trim();
  }

  it('N1: the guide’s snippet for Node verifies a post, and refuses one that was changed', async () => {
    const { headers, body } = await post();
    const [code = ''] = snippets('js');
    const call = (what: string) =>
      `${code}try { console.log(verified(${JSON.stringify(what)}, ${JSON.stringify(headers)}).type); } catch { console.log('refused'); }`;

    expect(await outputOf(process.execPath, 'right.mjs', call(body))).toBe('test');
    expect(await outputOf(process.execPath, 'wrong.mjs', call(`${body} `))).toBe('refused');
  });

  it('N1: the guide’s snippet for Python verifies a post, and refuses one that was changed', async () => {
    if (spawnSync('python3', ['--version']).status !== 0) {
      console.warn('python3 is not installed: the snippet was not run');
      return;
    }
    const { headers, body } = await post();
    const [code = ''] = snippets('python');
    const call = (what: string) =>
      `import json\n${code}\nprint(is_verified(${JSON.stringify(secret)}, json.loads(${JSON.stringify(JSON.stringify(headers))}), ${JSON.stringify(what)}.encode()))`;

    expect(await outputOf('python3', 'right.py', call(body))).toBe('True');
    expect(await outputOf('python3', 'wrong.py', call(`${body} `))).toBe('False');
  });

  it('N1, N2: the guide’s templates render, and the post that it shows has the fields of a real one', async () => {
    const [slack = '', mailTemplate = ''] = snippets('liquid');
    const templates = { webhook: join(folder, 'slack.liquid'), email: join(folder, 'mail.liquid') };
    await writeFile(templates.webhook, slack);
    await writeFile(templates.email, mailTemplate);
    const { body } = await post();

    const webhook = webhookTo(hook.url, { template: templates.webhook });
    await sendTest({ webhook, email: emailTo(mail.port, { template: templates.email }) }, context);

    expect(JSON.parse(hook.posts[1]!.body)).toEqual({ text: expect.stringContaining('This is a test') });
    expect(mail.mails[0]!.header('subject')).toBe('Batchmill: test');
    const [shown = ''] = snippets('json');
    expect(fieldsOf(JSON.parse(shown))).toEqual(fieldsOf(JSON.parse(body)));
  });
});

function fieldsOf(post: unknown): string[] {
  const { data, ...about } = post as { data: Record<string, unknown> & { counts: Record<string, unknown> } };
  return [...Object.keys(about), ...Object.keys(data), ...Object.keys(data.counts)];
}
