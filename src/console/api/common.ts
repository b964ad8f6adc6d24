import { z } from 'zod';

/* Words of several parts of the API. What comes in is strict: a field that nobody knows is refused. */

/** A port of TCP or UDP. */
export const port = z.int().min(1).max(65_535);

/** `udp/5060`, `udp/9000-10999`, `tcp/5061`. */
export const portLabel = z.string().regex(/^(udp|tcp)\/\d{1,5}(-\d{1,5})?$/);

export const language = z.enum(['en', 'de']);

/** ISO 8601, UTC. */
export const moment = z.iso.datetime();

/** `name`, `name:port`, `[address]:port`, as `fullcone check --server` takes it. */
export const serverName = z.string().trim().min(1).max(260);

/** One or more of `5060`, `9000-10999`, separated by commas, as `--udp` takes it; empty: none. */
export const portList = z
  .string()
  .trim()
  .max(2_000)
  .regex(/^(\d{1,5}(-\d{1,5})?(\s*,\s*\d{1,5}(-\d{1,5})?)*)?$/)
  .refine((text) => text === '' || text.split(',').every(isRange));

function isRange(text: string): boolean {
  const [from = 0, to = from] = text.split('-').map(Number);
  return from >= 1 && from <= to && to <= 65_535;
}

export const verdict = z.enum(['supported', 'unsupported', 'inconclusive', 'cancelled']);

/**
 * Why a request was refused. `code` names a sentence that the page has in both languages; `field` the place in the form;
 * `facts` go into the sentence.
 */
export const problem = z.strictObject({
  code: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  fields: z.array(z.strictObject({ path: z.string(), code: z.string() })).default([]),
});

export const page = z.strictObject({
  /** The id of the last one that is known; absent: from the newest on. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export type Language = z.infer<typeof language>;
export type Problem = z.infer<typeof problem>;
