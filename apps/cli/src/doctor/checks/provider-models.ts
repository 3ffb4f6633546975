import { SystemClock } from '@batchmill/contracts';
import { endpointPlansOf, type Pipeline, type Pipelines } from '@batchmill/pipeline';
import { ListedModels, type ModelListing } from '@batchmill/provider';
import type { Settings } from '@batchmill/service';
import type { Check } from '../check.js';
import { failed, ok, skipped, warning, type Finding } from '../finding.js';

/** A model that pipelines name. */
interface UsedModel {
  readonly model: string;
  readonly pipelines: readonly Pipeline[];
  /** It stands for another model: a deployment, an alias, a fine-tuned model. */
  readonly isAlias: boolean;
}

export const modelsCheck: Check = {
  name: 'models',
  group: 'Provider',
  title: () => 'models of the pipelines',
  setting: 'OPENAI_BASE_URL',
  settingGroups: ['openai', 'proxies', 'requests'],
  after: () => ['provider'],
  async run({ settings, ports, pipelines }) {
    const provider = await ports.provider();
    const used = modelsOf((await pipelines()).pipelines);
    if (provider === null || used.length === 0) return [];
    const models = new ListedModels(provider, new SystemClock());
    const found = await Promise.all(used.map(async (each) => ({ used: each, listing: await models.find(each.model) })));
    if (found.some(({ listing }) => listing === 'no-list')) {
      const names = used.map(({ model }) => model).join(', ');
      return [
        skipped(`models ${names}`, 'the provider has no list of its models, so it is not known whether it has these'),
      ];
    }
    return found.map((each) => modelFinding(each, settings));
  },
};

function modelFinding({ used, listing }: { used: UsedModel; listing: ModelListing }, settings: Settings): Finding {
  const { model, pipelines, isAlias } = used;
  const names = pipelines.map(({ name }) => name).join(', ');
  const text = `model ${model} of ${names}`;
  if (typeof listing === 'string') return ok(text);
  if (isAlias) {
    return warning(text, {
      reason: 'the list of the provider lacks it; it may be a deployment or an alias, which lists do not name',
      remedy: `see at the provider whether ${model} exists`,
    });
  }
  const files = [...new Set(pipelines.map(({ file }) => file))].join(', ');
  const place = defaultSettingOf(model, settings) ?? `the model in ${files}`;
  return failed(text, {
    reason: `the provider does not show it to this account${listing.closest === null ? '' : `; did you mean ${listing.closest}?`}`,
    remedy: `correct ${place}, or allow the project to use ${model} at the provider`,
  });
}

/** The setting that gives pipelines this model; null: the pipelines name it themselves. */
function defaultSettingOf(model: string, { requests }: Settings): string | null {
  if (model === requests.model) return 'OPENAI_MODEL';
  return model === requests.embeddingModel ? 'BATCHMILL_EMBEDDING_MODEL' : null;
}

function modelsOf(pipelines: Pipelines): UsedModel[] {
  const functions = pipelines.names().flatMap((name) => {
    const pipeline = pipelines.get(name);
    return endpointPlansOf(pipeline).flatMap(({ functions: planned }) =>
      planned.map(({ model, baseModel }) => ({ pipeline, model, isAlias: baseModel !== model })),
    );
  });
  return [...Map.groupBy(functions, ({ model }) => model)].map(([model, of]) => ({
    model,
    pipelines: [...new Set(of.map(({ pipeline }) => pipeline))],
    isAlias: of.every(({ isAlias }) => isAlias),
  }));
}
