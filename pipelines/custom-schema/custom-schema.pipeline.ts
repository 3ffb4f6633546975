import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** Custom names for everything that Batchmill writes: status field and values, response fields, marks. */
export default definePipeline({
  name: 'custom-schema',
  description: 'Custom status field and values, custom response fields',
  source: {
    collection: 'inspections',
    queryTemplate: { 'review.state': 'new' },
    documentIdField: 'report_no',
    fieldMap: { building: 'site.building', findings: 'report.text' },
  },
  inference: {
    status: { field: 'review.state', pending: 'new', inProgress: 'working', completed: 'done', failed: 'broken' },
    processingInfoField: 'review.marks',
    updateTemplate: { $set: { 'review.taken_at': '{{current_date}}', 'review.taken_by': '{{run_id}}' } },
    functions: [
      chat({
        name: 'first_repair',
        system: prompt('system.md'),
        user: prompt('user.liquid'),
        responseField: 'review.notes',
        responseDateField: 'written_at',
        responseContentField: 'note',
      }),
    ],
  },
});
