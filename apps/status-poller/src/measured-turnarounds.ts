import { Injectable } from '@nestjs/common';
import { Clock } from '@batchmill/contracts';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import { Turnarounds, type Batch } from '@batchmill/records';

/** Keeps how long batches took that have ended, by the provider's clock and by ours. */
@Injectable()
export class MeasuredTurnarounds {
  constructor(
    private readonly turnarounds: Turnarounds,
    private readonly provider: Provider,
    private readonly clock: Clock,
  ) {}

  async add(batch: Batch, ended: ProviderBatch): Promise<void> {
    await this.turnarounds.add(this.provider.account, batch, [{ ...ended, ...this.#ourTime(batch) }]);
  }

  /** A batch that was adopted was created long before we learned of it. */
  #ourTime({ provider, adopted }: Batch): { readonly ourSeconds?: number } {
    if (provider === null || adopted === true) return {};
    return { ourSeconds: Math.max(0, this.clock.now().getTime() - provider.submittedAt.getTime()) / 1_000 };
  }
}
