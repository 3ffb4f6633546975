import '@batchmill/stage';
