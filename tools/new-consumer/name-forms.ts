export interface NameForms {
  /** `two-words`: its folder, package, pipeline, service and consumer group. */
  readonly kebab: string;
  /** `TwoWords`: its class. */
  readonly pascal: string;
  /** `twoWords` */
  readonly camel: string;
  /** `two_words`: the collection of its documents. */
  readonly snake: string;
}

/** The forms in which a kebab-case name is written. */
export function nameForms(kebab: string): NameForms {
  const pascal = kebab.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    kebab,
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    snake: kebab.replaceAll('-', '_'),
  };
}

/** Fills a name into the text or the path of a template. */
export function fillIn(template: string, { kebab, pascal, camel, snake }: NameForms): string {
  return template
    .replaceAll('__name__', kebab)
    .replaceAll('__Name__', pascal)
    .replaceAll('__nameInCamelCase__', camel)
    .replaceAll('__collection__', snake);
}
