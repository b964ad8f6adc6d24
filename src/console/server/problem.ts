/** As the schema `problem` has it. */
export const problemBody = (
  code: string,
  facts: Readonly<Record<string, string | number>> = {},
  fields: readonly { readonly path: string; readonly code: string }[] = [],
) => ({ code, facts, fields });
