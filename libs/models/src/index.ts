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
export { type ModelPrice, type PriceEntry, type TokenPrices } from './prices/model-price.js';
export { nanoUsdOf, usdOf } from './prices/usd-of.js';
export { PriceBook, type NamedModel, type PriceTier, type WorstUsage } from './prices/price-book.js';
export { countTokens } from './tokens/count-tokens.js';
export { exceedsTokens } from './tokens/exceeds-tokens.js';
export { truncateText } from './tokens/truncate-text.js';
export { isSameModel, withoutDate } from './same-model.js';
export { takesFlex } from './takes-flex.js';
export { noUsage, type Usage } from './usage.js';
