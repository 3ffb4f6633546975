import '@batchmill/store';
