import { asRecord, err, ok, type Result, textToValue } from '../base/index.ts';
import { type FoundProduct, withoutParameters, withParameters } from '../pbx/index.ts';
import type { System, Web, WebRequest } from '../system/index.ts';
import { findProducts } from './ports.ts';

/** Of a client that was made for it in the PBX's console, under Integrations, API. */
export interface ThreeCxCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * The ports of a 3CX as its API tells them (V20; https://github.com/3cx/xapi-tutorial), and where that does not, as its
 * files do, if it is on this machine. `base`: `https://pbx.example.com`.
 */
export async function askThreeCx(
  system: Pick<System, 'files' | 'host' | 'web'>,
  base: string,
  credentials: ThreeCxCredentials,
): Promise<FoundProduct> {
  const url = `${base}/xapi/v1/Defs/Pbx.GetSystemParameters()`;
  const products = await findProducts(system);
  const here = products.find(({ profile }) => profile.id === '3cx') ?? null;
  const token = await tokenFor(system.web, base, credentials);
  if (token.kind === 'error') return withoutParameters(here, `${base}${TOKEN_PATH}`, token.error);
  const parameters = await ask(system.web, { url, headers: { authorization: `Bearer ${token.value}` } });
  return parameters.kind === 'ok'
    ? withParameters(here, parameters.value, url)
    : withoutParameters(here, url, parameters.error);
}

const TOKEN_PATH = '/connect/token';

/** OAuth 2.0, client credentials (RFC 6749 section 4.4). */
async function tokenFor(web: Web, base: string, { id, secret }: ThreeCxCredentials): Promise<Result<string, string>> {
  const form = { client_id: id, client_secret: secret, grant_type: 'client_credentials' };
  const answer = await ask(web, { url: `${base}${TOKEN_PATH}`, form });
  if (answer.kind === 'error') return answer;
  const { access_token: token } = asRecord(answer.value);
  // It goes into a header, where nothing else may stand (RFC 6750 section 2.1).
  return typeof token === 'string' && /^[\w.~+/=-]{1,8192}$/.test(token) ? ok(token) : err('no token');
}

/** What came, read as JSON; or why nothing did, in a word. */
async function ask(web: Web, request: WebRequest): Promise<Result<unknown, string>> {
  const answer = await web.request(request);
  if (answer.kind === 'error') return answer;
  const { status, text } = answer.value;
  if (status !== 200) return err(`HTTP ${status}`);
  const value = textToValue(text);
  return typeof value === 'object' && value !== null ? ok(value) : err('no JSON');
}
