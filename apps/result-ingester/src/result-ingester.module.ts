import { Module } from '@nestjs/common';
import { OutcomeWriter } from './outcome-writer.js';
import { ResultCopies } from './result-copies.js';
import { UningestedBatches } from './uningested-batches.js';
import { ResultIngester } from './result-ingester.js';

@Module({ controllers: [ResultIngester], providers: [ResultCopies, OutcomeWriter, UningestedBatches] })
export class ResultIngesterModule {}
