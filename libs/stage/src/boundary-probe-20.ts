import '@batchmill/service';
