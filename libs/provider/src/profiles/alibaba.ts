import type { ProviderProfile } from './provider-profile.js';

/**
 * Alibaba Cloud Model Studio (DashScope), at its compatible mode. An account has at most 1,000 batches at work. Its pages name no
 * list of models for the compatible mode, and the models that can be batched differ by region: embeddings are in Beijing only.
 */
export const alibaba = {
  name: 'alibaba',
  title: 'Alibaba Cloud Model Studio',
  sources: [
    'https://www.alibabacloud.com/help/en/model-studio/batch-interfaces-compatible-with-openai',
    'https://help.aliyun.com/zh/model-studio/batch-interfaces-compatible-with-openai',
  ],
  hosts: ['dashscope.aliyuncs.com', 'dashscope-intl.aliyuncs.com', '*.maas.aliyuncs.com'],
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  limits: { maxRequests: 50_000, maxFileBytes: 500_000_000, maxInputs: Infinity },
  completionWindows: { from: '24h', to: '336h' },
  defaultCompletionWindow: '24h',
  batchesExpire: true,
  endpoints: ['/v1/embeddings', '/v1/chat/completions'],
  batchPaging: 'after',
  keepsMetadata: true,
  resultsExpiry: null,
  listsModels: false,
  states: {},
  filePendingMs: 3_600_000,
  queueWords: [],
  batchRate: 0.5,
  priceKey: null,
} as const satisfies ProviderProfile;
