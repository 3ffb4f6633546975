export { dimensionsOf } from './dimensions-of.js';
export { isReasoningModel } from './is-reasoning-model.js';
export { costOf, type PriceMode } from './prices/cost-of.js';
export { batchDiscount, priceBook, type PriceEntry } from './prices/price-book.js';
export { priceOf } from './prices/price-of.js';
export { countTokens } from './tokens/count-tokens.js';
export { truncateText } from './tokens/truncate-text.js';
export { noUsage, type Usage } from './usage.js';
