import type { AuditEntry, RouteName } from '../api/index.ts';
import type { Answer, VisitedCall } from '../handler.ts';

/** What the audit log calls each change, and what takes all of the data along. Sign-ins write their own; all else is absent. */
const WHAT: { readonly [K in RouteName]?: string } = {
  signOut: 'sign-out.succeeded',
  changePassword: 'password.changed',
  addUser: 'user.added',
  changeUser: 'user.changed',
  removeUser: 'user.removed',
  addToken: 'token.added',
  removeToken: 'token.removed',
  exportData: 'data.exported',
  removeData: 'data.removed',
  changeSettings: 'settings.changed',
  startRun: 'run.started',
  cancelRun: 'run.cancelled',
  removeRun: 'run.removed',
};

/** Never what was typed as a secret: of a request only these are told. */
const TOLD = ['id', 'section', 'name', 'role', 'joined'];

/** A number says nothing of who or what is gone. */
function saidBy(answer: Answer): unknown {
  if (answer.kind === 'json') return answer.body;
  return answer.kind === 'empty' && answer.name !== undefined ? { name: answer.name } : {};
}

/** null: nothing to write down. Of somebody's new password: that there is one. */
export function changeOf(
  route: RouteName,
  { params, body, who }: VisitedCall,
  answer: Answer,
): Pick<AuditEntry, 'by' | 'what' | 'facts'> | null {
  const what = WHAT[route];
  if (what === undefined) return null;
  const told = [body, saidBy(answer), params].map((part) => Object.entries(part ?? {}));
  const facts = told.flat().filter(([name, value]) => TOLD.includes(name) && typeof value !== 'object');
  if (route === 'changeUser' && Object.hasOwn(body ?? {}, 'password')) facts.push(['password', true]);
  return {
    by: who.kind === 'token' ? `token ${who.name}` : who.name,
    what,
    facts: Object.fromEntries(facts) as AuditEntry['facts'],
  };
}
