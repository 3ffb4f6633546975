import '@batchmill/jsonl-builder';
