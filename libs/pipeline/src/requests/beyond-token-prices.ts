import { isPlainObject } from '@batchmill/documents';
import type { RequestFields } from '@batchmill/provider';

/** Tools that the model only names, and that nobody runs at the provider. */
const freeTools = ['function', 'custom'];
/** The tiers that have a price in the book, and `auto`, which is what a request without a tier has. */
const pricedTiers = ['auto', 'default', 'flex'];

/**
 * The fields of a request's body that are paid by more than its tokens, or at a tier whose price is not known, as they are written;
 * empty: none. See https://platform.openai.com/docs/pricing (tools, priority processing, audio).
 */
export function beyondTokenPrices({ body }: { readonly body: RequestFields }): string[] {
  const { service_tier: tier, tools, modalities, web_search_options: search } = body;
  const isTierPriced = tier === undefined || tier === null || (typeof tier === 'string' && pricedTiers.includes(tier));
  const paidTools = (Array.isArray(tools) ? tools : []).flatMap((tool: unknown) => {
    const type = isPlainObject(tool) ? tool['type'] : null;
    return typeof type === 'string' && !freeTools.includes(type) ? [`body.tools ${JSON.stringify(type)}`] : [];
  });
  return [
    ...(isTierPriced ? [] : [`body.service_tier ${JSON.stringify(tier)}`]),
    ...paidTools,
    ...(search === undefined ? [] : ['body.web_search_options']),
    ...(Array.isArray(modalities) && modalities.includes('audio') ? ['body.modalities "audio"'] : []),
  ];
}
