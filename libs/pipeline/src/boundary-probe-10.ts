import '@batchmill/provider/openai';
