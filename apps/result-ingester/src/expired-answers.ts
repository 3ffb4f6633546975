import { ReusableAnswers, type Transitions } from '@batchmill/records';
import { Every, Stage } from '@batchmill/stage';

/** Deletes the answers that are not to be reused any more. */
@Stage({ name: 'result-ingester', produces: [] })
export class ExpiredAnswers {
  constructor(private readonly answers: ReusableAnswers) {}

  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    await this.answers.deleteExpired();
  }
}
