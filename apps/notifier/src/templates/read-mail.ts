export interface Mail {
  readonly subject: string;
  readonly text: string;
}

const longestSubject = 200;

/** A line `Subject: …`, an empty line, and the text. Throws when it is not that. */
export function readMail(rendered: string): Mail {
  const [, subject, text] = /^\s*Subject:[ \t]*(\S[^\n]*)\r?\n[ \t]*\r?\n([^]*)$/i.exec(rendered) ?? [];
  if (subject === undefined || text === undefined || text.trim() === '') {
    throw new Error('wanted a first line "Subject: …", an empty line and a text when it is rendered');
  }
  return { subject: subject.trim().replaceAll(/\s+/g, ' ').slice(0, longestSubject), text };
}
