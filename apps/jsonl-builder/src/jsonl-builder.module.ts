import { Module } from '@nestjs/common';
import { JsonlBuilder } from './jsonl-builder.js';
import { ReuseLookups } from './reuse-lookups.js';
import { UnaskedDocuments } from './unasked-documents.js';

@Module({ controllers: [JsonlBuilder], providers: [UnaskedDocuments, ReuseLookups] })
export class JsonlBuilderModule {}
