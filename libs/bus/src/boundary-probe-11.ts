import '@batchmill/pipeline';
