import { Module } from '@nestjs/common';
import { JsonlBuilder } from './jsonl-builder.js';
import { UnaskedDocuments } from './unasked-documents.js';

@Module({ controllers: [JsonlBuilder], providers: [UnaskedDocuments] })
export class JsonlBuilderModule {}
