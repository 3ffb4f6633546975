import '@batchmill/sqlite';
