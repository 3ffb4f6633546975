import { RandomIds, SystemClock } from '@batchmill/contracts';
import { sendTest, type TestAnswer } from '@batchmill/notifier';
import { notificationSettingsOf } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { printJson } from '../show/output.js';
import { sanitizeLine } from '../show/terminal.js';
import { settingsHere } from '../with-engine.js';

export function notifyCommand(): Command {
  const command = new Command('notify');
  command
    .command('test')
    .description(
      'send a test notification on each configured channel and print its answer; exits with 1 when one fails',
    )
    .option('--json', 'as JSON')
    .action(test);
  return command;
}

const setupHelp = `no notifications are sent: no channel is configured. Set
  NOTIFICATION_WEBHOOK to a URL, for a webhook
  NOTIFICATION_EMAIL, NOTIFICATION_FROM and SMTP_URL to receivers, sender and server, for e-mail
See docs/how-to/notifications.md.
`;

async function test({ json }: { readonly json?: true }): Promise<void> {
  const settings = notificationSettingsOf(settingsHere());
  const answers = await sendTest(settings, { clock: new SystemClock(), ids: new RandomIds() });
  if (answers.length === 0 || !answers.every(({ delivered }) => delivered)) process.exitCode = exitCodes.didNotRun;
  if (json) printJson(answers);
  else process.stdout.write(answers.map((answer) => `${answerText(answer)}\n`).join(''));
  if (answers.length === 0) process.stderr.write(setupHelp);
}

function answerText({ channel, answer, warning, error }: TestAnswer): string {
  const name = channel.padEnd(7);
  if (error !== null) return `${name}  failed: ${error.code}: ${sanitizeLine(error.message)}`;
  const addition = warning === null ? '' : `, but ${sanitizeLine(warning)}`;
  return `${name}  delivered: the receiver answered ${answer ?? 'nothing'}${addition}`;
}
