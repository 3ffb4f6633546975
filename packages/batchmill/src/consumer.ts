export * from '@batchmill/consumer/public';
