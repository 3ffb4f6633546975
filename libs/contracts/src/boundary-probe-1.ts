import '@batchmill/documents';
