import { chat, definePipeline, prompt } from '@batchmill/pipeline';

/** The documentation of installed packages, cut into chunks, which `npm run demo` uses. */
export default definePipeline({
  name: 'package-docs',
  description: 'Documentation of packages: embeddings and summaries',
  parameters: {
    companies: { type: 'string[]', required: false, description: 'Packages or scopes (default: all)' },
    docType: { type: 'string', default: 'Documentation', description: 'Kind of document' },
  },
  source: {
    collection: 'blocks',
    queryTemplate: ({ companies, docType }) => ({
      doc_type: docType,
      ...(companies === undefined ? {} : { company: { $in: companies } }),
    }),
    parentIdField: 'doc_id',
  },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 1536,
    text: 'text_content',
    vectors: { collection: 'package_docs' },
  },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        system: prompt('summary.md'),
        user: prompt('text.liquid'),
        responseTemplate: {
          $set: { 'answers.{{function}}': { text: '{{response_content}}', created_date: '{{current_date}}' } },
        },
      }),
    ],
  },
});
