import { parseArgs } from 'node:util';
import { parseTurnaround } from './batches/turnaround.js';
import type { SimulatorOptions } from './options.js';
import type { SimulatedProviderName } from './providers/providers.js';
import { readWebhookTarget } from './webhooks/webhook-target.js';
import { SimulatorError } from './simulator-error.js';

export const usage = `Usage: simulator [--port 8080] [--host 127.0.0.1] [--data .batchmill/simulator] [--speed 1]
                 [--turnaround 0|5s|10m|30h|measured] [--seed 1] [--provider openai] [--windows 24h,48h]
                 [--webhook https://host/path --webhook-secret whsec_...]`;

/** Reads the flags. Throws a SimulatorError for an unknown flag or a wrong value. */
export function parseArguments(argv: readonly string[]): SimulatorOptions {
  const values = parse(argv);
  const port = numeric('port', values.port ?? '8080');
  return {
    dataDir: values.data ?? '.batchmill/simulator',
    port,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.speed === undefined ? {} : { speed: numeric('speed', values.speed) }),
    ...(values.turnaround === undefined ? {} : { turnaround: parseTurnaround(values.turnaround) }),
    // The options are checked, whoever gives them.
    ...(values.provider === undefined ? {} : { provider: values.provider as SimulatedProviderName }),
    ...(values.windows === undefined ? {} : { completionWindows: values.windows.split(',') }),
    ...(values.webhook === undefined
      ? {}
      : { webhook: readWebhookTarget({ url: values.webhook, secret: values['webhook-secret'] }) }),
    ...(values.seed === undefined ? {} : { seed: numeric('seed', values.seed) }),
  };
}

function parse(argv: readonly string[]) {
  try {
    const flag = { type: 'string' } as const;
    const ofBatches = { speed: flag, turnaround: flag, seed: flag, provider: flag, windows: flag };
    const ofWebhooks = { webhook: flag, 'webhook-secret': flag };
    const options = { port: flag, host: flag, data: flag, ...ofBatches, ...ofWebhooks };
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split(/\.\s/)[0] ?? '').replace(/\.$/, '') : String(cause);
    throw new SimulatorError('simulator.bad-flag', `${reason}. See --help.`, { cause });
  }
}

function numeric(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new SimulatorError('simulator.bad-flag', `--${name} is ${JSON.stringify(text)}; expected a number.`);
  }
  return value;
}
