import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** Every name that Batchmill writes is one's own: status field and values, response fields, bookkeeping. */
export default definePipeline({
  name: 'custom-schema',
  description: 'Own status field and values, own response fields',
  source: {
    collection: 'inspections',
    queryTemplate: { 'review.state': 'new' },
    documentIdField: 'report_no',
    fieldMap: { building: 'site.building', findings: 'report.text' },
  },
  inference: {
    status: { field: 'review.state', pending: 'new', inProgress: 'working', completed: 'done', failed: 'broken' },
    processingInfoField: 'review.bookkeeping',
    updateTemplate: { $set: { 'review.taken_at': '{{current_date}}', 'review.taken_by': '{{run_id}}' } },
    functions: [
      chat({
        name: 'verdict',
        system: prompt('system.md'),
        user: prompt('user.liquid'),
        responseField: 'review.notes',
        responseDateField: 'written_at',
        responseContentField: 'note',
      }),
    ],
  },
});
