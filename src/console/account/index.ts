/** Who may use the console: setting up, signing in and out, users, tokens, settings, and what was done. */
import type { VisitedHandlers } from '../handler.ts';
import { manageHandlers } from './manage.ts';
import { type AccountParts, signInHandlers } from './sign-in.ts';

export { changeOf } from './changes.ts';
export { makePasswords, newSecret } from './secrets.ts';
export { Sessions } from './sessions.ts';
export { type AccountParts, note } from './sign-in.ts';
export { Users } from './users.ts';

export const accountHandlers = (parts: AccountParts) =>
  ({ ...signInHandlers(parts), ...manageHandlers(parts) }) satisfies VisitedHandlers<never>;
