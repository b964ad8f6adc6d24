import type { ClientRequest, IncomingMessage } from 'node:http';
import { err, type Milliseconds, ok, type Result } from '../../base/index.ts';
import type { Web, WebAnswer, WebRequest } from '../contract.ts';
import { errorCode } from './failures.ts';
import { trusted } from './trusted.ts';

/** For all of it: name, connection, handshake, answer. */
const PATIENCE: Milliseconds = 10_000;
const LONGEST_ANSWER = 1024 * 1024;

/** Certificates are judged as this system does it. */
export const nodeWeb = (environment: Readonly<Record<string, string | undefined>>): Web => ({
  async request(request) {
    const until = AbortSignal.timeout(PATIENCE);
    try {
      const begun = await begin(request, until, environment['SSL_CERT_FILE']);
      return await answerTo(begun, request);
    } catch (error) {
      return err(until.aborted ? 'ETIMEDOUT' : errorCode(error));
    }
  },
});

/** Loading what speaks HTTP takes a while, and most runs need none of it. */
async function begin(request: WebRequest, signal: AbortSignal, named: string | undefined): Promise<ClientRequest> {
  const options = {
    method: request.form ? 'POST' : 'GET',
    headers: {
      accept: 'application/json',
      ...request.headers,
      ...(request.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    signal,
    // A connection that is kept would keep this program.
    agent: false as const,
  };
  if (request.url.startsWith('http:')) return (await import('node:http')).request(request.url, options);
  const [https, tls] = await Promise.all([import('node:https'), import('node:tls')]);
  return https.request(request.url, { ...options, ca: [...(await trusted(named, tls))] });
}

/** Where an answer sends to is not followed: what is said is meant for this address alone. */
function answerTo(begun: ClientRequest, { form }: WebRequest): Promise<Result<WebAnswer, string>> {
  return new Promise((resolve, reject) => {
    begun.once('error', reject);
    begun.once('response', (response) => void read(response).then(resolve, reject));
    begun.end(form ? new URLSearchParams(form).toString() : undefined);
  });
}

async function read(response: IncomingMessage): Promise<Result<WebAnswer, string>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop ends the connection.
    if (length > LONGEST_ANSWER) return err('EFBIG');
    parts.push(part);
  }
  return ok({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
}
