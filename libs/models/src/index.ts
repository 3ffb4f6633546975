export { baseModelOf } from './base-model.js';
export {
  embeddingCapabilitiesOf,
  textCapabilitiesOf,
  tokenLimitFields,
  type EmbeddingCapabilities,
  type TextCapabilities,
  type TokenLimitField,
} from './model-capabilities.js';
export { isOpenAiModel } from './openai-model.js';
export { modelLimitsOf, type ModelLimits } from './model-limits.js';
export { costOf, priceOf, type PriceMode } from './prices/cost-of.js';
export { batchDiscount, priceBook, type PriceEntry } from './prices/price-book.js';
export { countTokens } from './tokens/count-tokens.js';
export { exceedsTokens } from './tokens/exceeds-tokens.js';
export { truncateText } from './tokens/truncate-text.js';
export { noUsage, type Usage } from './usage.js';
