import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { err, type Milliseconds, ok, type Result } from '../../base/index.ts';
import type { Settings } from '../api/index.ts';
import type { Message } from './message.ts';

type Mail = NonNullable<Settings['notifications']['mail']>;
type Webhook = NonNullable<Settings['notifications']['webhook']>;

/** Why a message did not leave. `detail`: what the other side, or the system, said. */
export interface SendProblem {
  readonly code:
    | 'unreachable'
    | 'refused'
    | 'timed-out'
    | 'certificate'
    | 'no-tls'
    | 'sign-in'
    | 'not-accepted'
    | 'other';
  readonly detail: string;
}

export type Sent = Result<null, SendProblem>;

/** For each step of it. */
const PATIENCE: Milliseconds = 15_000;

const SECURITY = {
  tls: { secure: true },
  starttls: { secure: false, requireTLS: true },
  none: { secure: false, ignoreTLS: true },
} as const;

export async function sendMail({ subject, text }: Message, { to, from, ...server }: Mail): Promise<Sent> {
  const { host, port, security, user, password } = server;
  const patience = { connectionTimeout: PATIENCE, greetingTimeout: PATIENCE, socketTimeout: PATIENCE };
  const transport = createTransport({
    ...{ host, port, ...SECURITY[security], ...patience },
    ...(user === null || user === '' ? {} : { auth: { user, pass: password ?? '' } }),
  });
  try {
    await transport.sendMail({ from, to: [...to], subject, text, headers: { 'auto-submitted': 'auto-generated' } });
    return ok(null);
  } catch (error) {
    return err(problemOf(error));
  } finally {
    transport.close();
  }
}

/** Followed nowhere: where a message goes is what the admin has said. */
export async function callWebhook(body: string, { url, secret }: Webhook): Promise<Sent> {
  const signature = secret ? { 'x-fullcone-signature': `sha256=${signatureOf(body, secret)}` } : {};
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'fullcone', ...signature },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
    await answer.body?.cancel();
    return answer.ok ? ok(null) : err({ code: 'not-accepted', detail: `HTTP ${answer.status}` });
  } catch (error) {
    return err(problemOf(error));
  }
}

/** HMAC-SHA256 (RFC 2104) of the bytes of the body, in hexadecimal. */
export const signatureOf = (body: string, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');

const CODES: readonly (readonly [pattern: RegExp, code: SendProblem['code']])[] = [
  [/ECONNREFUSED/, 'refused'],
  [/ETIMEDOUT|TimeoutError|ESOCKETTIMEDOUT/, 'timed-out'],
  [/ENOTFOUND|EAI_AGAIN|EDNS|EHOSTUNREACH|ENETUNREACH/, 'unreachable'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/, 'certificate'],
  [/EAUTH|ENOAUTH/, 'sign-in'],
  [/ETLS|STARTTLS/, 'no-tls'],
  [/EENVELOPE|EMESSAGE/, 'not-accepted'],
];

function problemOf(error: unknown): SendProblem {
  const { code, name, message, cause, response } = error as Readonly<Record<string, unknown>>;
  const inner = (cause ?? {}) as Readonly<Record<string, unknown>>;
  const said = [inner['code'], code, name, inner['message'], message].filter((one) => typeof one === 'string');
  const known = CODES.find(([pattern]) => said.some((one) => pattern.test(one)));
  return { code: known?.[1] ?? 'other', detail: String(response ?? inner['message'] ?? message ?? '').slice(0, 300) };
}
