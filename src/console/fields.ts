import type { ZodError } from 'zod';
import type { Problem } from './api/index.ts';

/** The places in what was sent that are not as agreed, and in what way; a page has a sentence for each code. */
export const fieldsOf = (error: ZodError): Problem['fields'] =>
  error.issues.slice(0, MOST).flatMap((issue): Problem['fields'] => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), code: issue.code }];
    return issue.keys.slice(0, MOST).map((key) => ({ path: [...path, key].join('.').slice(0, 200), code: issue.code }));
  });

const MOST = 20;
