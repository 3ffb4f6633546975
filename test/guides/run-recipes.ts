import type { ChatBody } from '@batchmill/pipeline';
import { runPipeline } from '@batchmill/service';
import recipes from './recipes/recipes.pipeline.ts';

const { totalProcessed, succeeded, failed, cost } = await runPipeline({
  pipeline: recipes,
  limit: 2,
  process: (response) => {
    const { choices } = response as ChatBody; // the pipeline uses /v1/chat/completions
    return (choices[0]?.message.content ?? '').split('\n').map((line) => line.trim());
  },
  onProgress: ({ progress }) => process.stderr.write(`${progress.answered} answered\n`),
});
process.stdout.write(`${JSON.stringify({ totalProcessed, succeeded, failed, usd: cost.usd })}\n`);
