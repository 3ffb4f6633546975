import '@batchmill/records';
