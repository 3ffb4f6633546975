import { RandomIds, SystemClock } from '@batchmill/contracts';
import { sendTest, type TestAnswer } from '@batchmill/notifier';
import { notificationSettingsOf } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { oneLine } from '../show/printable.js';
import { settingsHere } from '../with-engine.js';

export function notifyCommand(): Command {
  const command = new Command('notify').description('how people are told: webhook and e-mail');
  command
    .command('test')
    .description('send a test on each channel that is set up, and say what it answered; exit code 1 when one fails')
    .option('--json', 'as JSON')
    .action(test);
  return command;
}

const howToSetUp = `nobody is told: no channel is set up. Set
  NOTIFICATION_WEBHOOK to a URL, for posts
  NOTIFICATION_EMAIL, NOTIFICATION_FROM and SMTP_URL to receivers, sender and server, for e-mail
docs/how-to/notifications.md says more.
`;

async function test({ json }: { readonly json?: true }): Promise<void> {
  const settings = notificationSettingsOf(settingsHere());
  const answers = await sendTest(settings, { clock: new SystemClock(), ids: new RandomIds() });
  if (answers.length === 0 || !answers.every(({ delivered }) => delivered)) process.exitCode = exitCodes.didNotRun;
  if (json) process.stdout.write(`${JSON.stringify(answers)}\n`);
  else process.stdout.write(answers.map((answer) => `${told(answer)}\n`).join(''));
  if (answers.length === 0) process.stderr.write(howToSetUp);
}

function told({ channel, answer, warning, error }: TestAnswer): string {
  const name = channel.padEnd(7);
  if (error !== null) return `${name}  failed: ${error.code}: ${oneLine(error.message)}`;
  const but = warning === null ? '' : `, but ${oneLine(warning)}`;
  return `${name}  delivered: the receiver answered ${answer ?? 'nothing'}${but}`;
}
