import '@batchmill/contracts';
