import '@batchmill/store/embedded';
