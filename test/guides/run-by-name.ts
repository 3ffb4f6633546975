import { runPipeline } from '@batchmill/service';

const result = await runPipeline({ pipeline: 'customer-service', parameters: { tone: 'brief' }, limit: 10 });
process.stdout.write(`${result.status}: ${result.totalProcessed}\n`);
