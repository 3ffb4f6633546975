import { Module } from '@nestjs/common';
import { AwaitedVectors } from './awaited-vectors.js';
import { ExpiredAnswers } from './expired-answers.js';
import { ExpiredRecords } from './expired-records.js';
import { ExpiredTexts } from './expired-texts.js';
import { FreeAnswers } from './free-answers.js';
import { Books } from './books.js';
import { KeptAnswerWriter } from './kept-answer-writer.js';
import { LateVectors } from './late-vectors.js';
import { LeftFiles } from './left-files.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Reprocessor } from './reprocessor.js';
import { ResultCopies } from './result-copies.js';
import { UningestedBatches } from './uningested-batches.js';
import { SentBatches } from './sent-batches.js';
import { ResultIngester } from './result-ingester.js';

@Module({
  controllers: [ResultIngester, LeftFiles, ExpiredAnswers, ExpiredTexts, ExpiredRecords],
  providers: [
    Books,
    SentBatches,
    ResultCopies,
    FreeAnswers,
    AwaitedVectors,
    LateVectors,
    OutcomeWriter,
    KeptAnswerWriter,
    Reprocessor,
    UningestedBatches,
  ],
})
export class ResultIngesterModule {}
