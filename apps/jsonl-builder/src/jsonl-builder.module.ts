import { Module } from '@nestjs/common';
import { JsonlBuilder } from './jsonl-builder.js';

@Module({ controllers: [JsonlBuilder] })
export class JsonlBuilderModule {}
