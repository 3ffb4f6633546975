import '@batchmill/templates';
