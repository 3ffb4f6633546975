import { AskedTexts, EmbeddedTexts, ReusableAnswers } from '@batchmill/records';
import { Injectable } from '@nestjs/common';

/** Where answers and vectors are looked up that need not be bought. */
@Injectable()
export class ReuseLookups {
  constructor(
    readonly answers: ReusableAnswers,
    readonly embeddedTexts: EmbeddedTexts,
    readonly askedTexts: AskedTexts,
  ) {}
}
