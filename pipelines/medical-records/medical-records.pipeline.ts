import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** Talking points for a doctor before the next visit, from nested patient records. */
export default definePipeline({
  name: 'medical-records',
  description: 'Medical records: talking points before the next visit',
  source: {
    collection: 'patients',
    queryTemplate: { ai_status: 'pending' },
    documentIdField: 'document_id',
    fieldMap: {
      patient_name: 'patient_details.first_name',
      doctor_name: 'medical_details.doctor_name',
      diagnosis: 'medical_details.diagnosis',
      notes: 'medical_details.notes',
      last_visit_date: 'visits.last',
    },
    preprocessFunctions: {
      patient_name: (value) => String(value).trim(),
      last_visit_date: (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value),
    },
  },
  inference: {
    status: {
      field: 'ai_status',
      pending: 'pending',
      inProgress: 'in_progress',
      completed: 'completed',
      failed: 'failed',
    },
    processingInfoField: 'processing_info',
    functions: [
      chat({
        name: 'talking_points',
        model: 'gpt-4o-mini',
        temperature: 0.1,
        maxTokens: 500,
        system: prompt('system.md'),
        user: prompt('user.liquid'),
        process: ({ choices }, document) => ({
          talking_points: (choices[0]?.message.content ?? '').split(/\n+/).filter((line) => line.trim() !== ''),
          patient_type: document['patient_type'] ?? 'ip',
        }),
        responseTemplate: {
          $push: {
            event_response: {
              talking_points: '{{response_content}}',
              patient_type: '{{patient_type}}',
              created_date: '{{current_date}}',
            },
          },
        },
      }),
    ],
  },
  batch: { batchSize: 100, completionWindow: '24h', pollIntervalSeconds: 300, maxRetries: 3 },
});
