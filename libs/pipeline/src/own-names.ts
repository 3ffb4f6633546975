/** What a response template knows besides a document's fields: nothing else can be seen there under these names. */
export const ownNames: readonly string[] = [
  'document',
  'response_content',
  'current_date',
  'run_id',
  'function',
  'model',
  'usage',
  'finish_reason',
];

export const ownNameFound = 'a name that response templates have of their own';
export const ownNameExpected = `another name than ${ownNames.join(', ')}`;
