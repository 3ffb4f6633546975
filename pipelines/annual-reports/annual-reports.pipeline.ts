import { chat, definePipeline, lines, prompt } from '@batchmill/pipeline';

/** The annual reports of the companies in admin_list.txt: vectors for search, summaries, and answers to questions. */
export default definePipeline({
  name: 'annual-reports',
  description: 'Annual reports: embeddings, summaries and answers to questions',
  parameters: {
    companies: { type: 'string[]', default: lines('admin_list.txt'), description: 'Companies whose reports are read' },
    docType: { type: 'string', default: 'Annual Report', description: 'Kind of document' },
    questions: {
      type: 'string[]',
      default: ['What were the main drivers of revenue?', 'Which risks does the company name?'],
      description: 'Questions that qa answers for every block',
    },
  },
  source: {
    collection: 'blocks',
    queryTemplate: ({ companies, docType }) => ({ company: { $in: companies }, doc_type: docType }),
    chunkIdField: '_id',
    parentIdField: 'doc_id',
  },
  defaultEndpoint: 'embeddings',
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 1536,
    text: 'text_content',
    tooLong: 'fail',
    status: { field: 'embedding_status' },
    vectors: { collection: 'annual_report_blocks' },
  },
  inference: {
    status: { field: 'ai_status' },
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o',
        system: prompt('summary.md'),
        user: prompt('text.liquid'),
        responseTemplate: {
          $set: {
            'answers.{{function}}': {
              text: '{{response_content}}',
              model: '{{model}}',
              created_date: '{{current_date}}',
            },
          },
        },
      }),
      chat({
        name: 'qa',
        model: 'gpt-4o',
        forEach: 'questions',
        system: prompt('qa.md'),
        user: prompt('question.liquid'),
        responseTemplate: {
          $set: {
            'answers.{{function}}': {
              question: '{{question}}',
              text: '{{response_content}}',
              model: '{{model}}',
              created_date: '{{current_date}}',
            },
          },
        },
      }),
    ],
  },
});
