import { Module } from '@nestjs/common';
import { BatchSubmitter } from './batch-submitter.js';

@Module({ controllers: [BatchSubmitter] })
export class BatchSubmitterModule {}
