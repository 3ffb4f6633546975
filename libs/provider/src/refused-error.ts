import { ConnectionError, ProcessingError } from '@batchmill/contracts';
import type { AccountRefusal, Refusal } from './refusal.js';

interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The provider's own code; null when it sent none. */
  readonly providerCode: string | null;
  readonly message: string;
}

/** A definite refusal by the provider: nothing was carried out. */
export class RefusedError extends ProcessingError {
  readonly status: number;
  readonly providerCode: string | null;
  readonly refusal: Exclude<Refusal, AccountRefusal>;
  /** What the provider said. */
  readonly reason: string;
  /** How long the provider asked to wait; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(
    call: string,
    {
      status,
      providerCode,
      message,
      refusal,
      retryAfterMs = null,
    }: Answer & { refusal: Exclude<Refusal, AccountRefusal>; retryAfterMs?: number | null },
    options?: { cause?: unknown },
  ) {
    super('provider.refused', `${call}: the provider refused with ${status}: ${message}`, options);
    this.status = status;
    this.providerCode = providerCode;
    this.refusal = refusal;
    this.reason = message;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The provider has no resources for a tier, such as flex, at the moment. Another tier may answer; nothing is billed. */
export class TierRefusedError extends RefusedError {}

/**
 * The provider serves this account, key or model no more, or not yet. It is a dependency that is unavailable: the work waits
 * until a person has mended it, and no attempt is used up. Nothing was carried out.
 */
export class AccountRefusedError extends ConnectionError {
  readonly status: number | null;
  readonly providerCode: string | null;
  readonly refusal: AccountRefusal;
  /** What a person has to do. */
  readonly remedy: string;

  constructor(
    call: string,
    {
      status,
      providerCode,
      message,
      refusal,
    }: Omit<Answer, 'status'> & { status: number | null; refusal: AccountRefusal },
    options?: { cause?: unknown },
  ) {
    const said = [status, providerCode].filter((part) => part !== null).join(' ');
    super(
      accountRefusedCode,
      `${call}: the provider refuses the account (${said}): ${message}; ${accountRemedies[refusal.reason]}`,
      options,
    );
    this.status = status;
    this.providerCode = providerCode;
    this.refusal = refusal;
    this.remedy = accountRemedies[refusal.reason];
  }
}

/** The code of work that is held because of the account. */
export const accountRefusedCode = 'provider.account-refused';

/** What a person has to do. */
export const accountRemedies: Readonly<Record<AccountRefusal['reason'], string>> = {
  key: 'set OPENAI_API_KEY to a valid key',
  money: 'add credit or raise the limit at the provider',
  permission: 'allow the key to use files and batches',
  model: 'allow the account to use the model, or cancel the run and correct the model in its pipeline',
};
