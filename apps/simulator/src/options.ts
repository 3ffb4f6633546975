import { defaultLimits } from './limits.js';
import type { Limits } from './limits.js';
import { SimulatorError } from './simulator-error.js';
import { readWebhookTarget, type WebhookTarget } from './webhooks/webhook-target.js';
import { isWindow, type Windows } from './batches/completion-windows.js';
import type { Turnaround } from './batches/turnaround.js';
import type { ProviderBehaviour } from './providers/provider-behaviour.js';
import { isSimulatedProviderName, providers, type SimulatedProviderName } from './providers/providers.js';

/** How a simulator behaves. Only `dataDir` is required. Plain data, so that it can be sent to a worker. */
export interface SimulatorOptions {
  /** Where files, billing and state are kept. One simulator per folder at a time. */
  readonly dataDir: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Simulated seconds per real second. Default 1; 0 stands still until the clock is advanced. */
  readonly speed?: number;
  /** How long a batch takes. Default: as soon as its lines are done. See `parseTurnaround`. */
  readonly turnaround?: Turnaround;
  /** The seed of every random draw. Default 1. */
  readonly seed?: number;
  /** Simulated seconds from a cancel request until cancelled. Default: 25, or the fixed turnaround where that is less. */
  readonly cancellingSeconds?: number;
  /** Embedding inputs that the provider processes per simulated second. Default: no limit. */
  readonly embeddingsPerSecond?: number;
  /** Simulated seconds that a synchronous call takes; one of the tier flex takes five times as long. Default 0. */
  readonly synchronousSeconds?: number;
  readonly limits?: Partial<Limits>;
  /** The provider that it behaves like. Default `openai`. */
  readonly provider?: SimulatedProviderName;
  /** The completion windows that a batch may have, in hours or days. Default: those of the provider, `24h` at OpenAI. */
  readonly completionWindows?: readonly string[];
  /** Where the webhooks of batches are posted. Default: nowhere. */
  readonly webhook?: WebhookTarget | null;
  /** Enqueued prompt tokens per model, in place of `limits.maxEnqueuedTokens`. */
  readonly enqueuedTokenLimits?: Readonly<Record<string, number>>;
}

export interface ResolvedOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly turnaround: Turnaround;
  readonly seed: number;
  readonly cancellingSeconds: number;
  /** Infinity: no limit. */
  readonly embeddingsPerSecond: number;
  readonly synchronousSeconds: number;
  readonly limits: Limits;
  readonly provider: ProviderBehaviour;
  readonly completionWindows: Windows;
  /** Null: nowhere. */
  readonly webhook: WebhookTarget | null;
  readonly enqueuedTokenLimits: Readonly<Record<string, number>>;
}

/** Fills in the defaults. Throws a SimulatorError that names the option, what was found and what was expected. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const turnaround = options.turnaround ?? { kind: 'fixed', seconds: 0 };
  const usualCancelling = turnaround.kind === 'fixed' ? Math.min(25, turnaround.seconds) : 25;
  const provider = behaviourOf(options.provider ?? 'openai');
  if (options.dataDir === '') throw bad('dataDir', options.dataDir, 'the path of a folder');
  return {
    dataDir: options.dataDir,
    port: within('port', options.port ?? 0, 0, 65_535, true),
    host: options.host ?? '127.0.0.1',
    speed: within('speed', options.speed ?? 1, 0, 1e7, false),
    turnaround,
    seed: within('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER, true),
    cancellingSeconds: within('cancellingSeconds', options.cancellingSeconds ?? usualCancelling, 0, 86_400, false),
    embeddingsPerSecond: positive('embeddingsPerSecond', options.embeddingsPerSecond ?? Number.POSITIVE_INFINITY),
    synchronousSeconds: within('synchronousSeconds', options.synchronousSeconds ?? 0, 0, 86_400, false),
    limits: { ...defaultLimits, ...provider.limits, ...options.limits },
    provider,
    completionWindows: options.completionWindows ? windows(options.completionWindows) : provider.completionWindows,
    webhook: options.webhook == null ? null : readWebhookTarget(options.webhook),
    enqueuedTokenLimits: options.enqueuedTokenLimits ?? {},
  };
}

function within(name: string, value: number, low: number, high: number, whole: boolean): number {
  if (!Number.isFinite(value) || value < low || value > high || (whole && !Number.isInteger(value))) {
    throw bad(name, value, `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`);
  }
  return value;
}

function windows(listed: readonly string[]): readonly string[] {
  for (const window of listed) {
    if (!isWindow(window)) throw bad('completionWindows', window, 'hours or days, such as 24h or 7d');
  }
  if (listed.length === 0) throw bad('completionWindows', '', 'at least one window');
  return listed;
}

function behaviourOf(name: string): ProviderBehaviour {
  if (isSimulatedProviderName(name)) return providers[name];
  throw bad('provider', name, `one of ${Object.keys(providers).join(', ')}`);
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw bad(name, value, 'a number above 0');
  return value;
}

function bad(name: string, found: string | number, expected: string): SimulatorError {
  return new SimulatorError('simulator.bad-option', `${name} is ${JSON.stringify(found)}; expected ${expected}.`);
}
