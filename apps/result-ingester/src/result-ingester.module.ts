import { Module } from '@nestjs/common';
import { ResultIngester } from './result-ingester.js';

@Module({ controllers: [ResultIngester] })
export class ResultIngesterModule {}
