import { Controller, Get, HttpException, Param } from '@nestjs/common';
import { DueWork, type DueWorkOfStage } from './due-work.js';

/** How much work the stages have, as JSON that an autoscaler reads. 503: the store does not answer. */
@Controller('due')
export class DueController {
  constructor(private readonly dueWork: DueWork) {}

  @Get()
  async all(): Promise<{ stages: readonly DueWorkOfStage[] }> {
    return { stages: await this.#read() };
  }

  /** 404: no stage of that name works on records. The answer lists those that do. */
  @Get(':stage')
  async one(@Param('stage') stage: string): Promise<DueWorkOfStage> {
    const { stages } = this.dueWork;
    const work = stages.includes(stage) ? await this.#read() : [];
    const found = work.find((each) => each.stage === stage);
    if (found !== undefined) return found;
    const message = `found ${stage}, expected a stage that works on records: ${stages.join(', ')}`;
    throw new HttpException({ message, stages }, 404);
  }

  async #read(): Promise<readonly DueWorkOfStage[]> {
    try {
      return await this.dueWork.read();
    } catch (error) {
      throw new HttpException({ message: error instanceof Error ? error.message : String(error) }, 503);
    }
  }
}
