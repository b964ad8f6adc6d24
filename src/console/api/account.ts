import { z } from 'zod';
import { language, moment } from './common.ts';

/** `viewer` sees everything but secrets, and changes nothing. */
export const role = z.enum(['admin', 'viewer']);

export const userName = z.string().trim().min(1).max(64);
/** NIST SP 800-63B section 3.1.1.2: length counts, and no rule about what is in it. Argon2id takes any. */
export const newPassword = z.string().min(12).max(256);

export const user = z.strictObject({
  id: z.int(),
  name: userName,
  role,
  language,
  createdAt: moment,
  lastSignInAt: moment.nullable(),
});

/** What a page needs before it can show anything. Public. */
export const state = z.strictObject({
  version: z.string(),
  /** false: nobody has set a password; only the one-time link from the console's own output leads further. */
  isSetUp: z.boolean(),
  user: user.nullable(),
  /** To be sent back as the header `x-csrf-token` with every request that changes something; null: not signed in. */
  csrf: z.string().nullable(),
});

export const setUp = z.strictObject({ token: z.string().max(200), name: userName, password: newPassword });
export const signIn = z.strictObject({ name: userName, password: z.string().min(1).max(256) });
export const changePassword = z.strictObject({ current: z.string().min(1).max(256), password: newPassword });
export const changeMe = z.strictObject({ language });
export const newUser = z.strictObject({
  name: userName,
  password: newPassword,
  role,
  language: language.default('en'),
});
/** Absent: as it was. The last admin stays one. */
export const changeUser = z.strictObject({ role: role.optional(), password: newPassword.optional() });

export const tokenName = z.string().trim().min(1).max(64);
export const newToken = z.strictObject({ name: tokenName, role });
export const token = z.strictObject({
  id: z.int(),
  name: tokenName,
  role,
  createdAt: moment,
  lastUsedAt: moment.nullable(),
});
/** The secret is shown this once: `Authorization: Bearer ...`. */
export const createdToken = token.extend({ secret: z.string() });

export const auditEntry = z.strictObject({
  id: z.int(),
  at: moment,
  /** The name of a user, `token NAME`, or `console` itself. */
  by: z.string(),
  /** Such as `run.started`, `settings.changed`, `sign-in.failed`. */
  what: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** From where. */
  address: z.string().nullable(),
});

export type Role = z.infer<typeof role>;
export type User = z.infer<typeof user>;
export type State = z.infer<typeof state>;
export type Token = z.infer<typeof token>;
export type AuditEntry = z.infer<typeof auditEntry>;
