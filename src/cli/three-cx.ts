import { askThreeCx, type FoundProduct, type ThreeCxCredentials } from '../app/index.ts';
import { ok, type Result, scopeOf } from '../base/index.ts';
import { TEXTS } from './say.ts';
import { type Context, type Mistake, wrong } from './types.ts';

/** Of those commands that look for the ports of a product. */
export interface ThreeCxOptions {
  readonly '3cxUrl'?: string;
  readonly profile?: string;
  readonly udp?: string;
  readonly tcp?: string;
}

/** Never on the command line, which everybody on the machine can read. */
const [ID, SECRET] = ['FULLCONE_3CX_CLIENT_ID', 'FULLCONE_3CX_CLIENT_SECRET'] as const;

/** Where a 3CX is to be asked for its ports; null: nowhere. */
export function readThreeCx(options: ThreeCxOptions): Result<string | null, Mistake> {
  const { '3cxUrl': given, profile, udp, tcp } = options;
  if (given === undefined) return ok(null);
  if (profile !== undefined && !['auto', '3cx'].includes(profile.trim().toLowerCase()))
    return wrong('three-cx.other-product', { given: profile });
  if (udp !== undefined || tcp !== undefined) return wrong('three-cx.named-ports');
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return wrong('three-cx.url', { given });
  // What was typed is not repeated: a secret may be in it.
  if (url.username !== '' || url.password !== '')
    return wrong('three-cx.credentials-in-url', { id: ID, secret: SECRET });
  if (url.protocol === 'http:' && !isHere(url.hostname))
    return wrong('three-cx.plain', { right: `https://${url.host}` });
  return ok(url.origin);
}

const isHere = (name: string): boolean =>
  name === 'localhost' || scopeOf(name.replace(/^\[(.*)\]$/, '$1')) === 'loopback';

/** Asks it, with credentials from the environment, or from the person at the terminal. `enough`: nobody waits any more. */
export async function findThreeCx(
  base: string,
  context: Context,
  enough: Promise<unknown>,
): Promise<Result<FoundProduct, Mistake>> {
  const credentials = await credentialsOf(context, enough);
  return credentials ? ok(await askThreeCx(context.system, base, credentials)) : noCredentials();
}

const noCredentials = () => wrong('three-cx.no-credentials', { id: ID, secret: SECRET });

async function credentialsOf(
  { terminal, language }: Context,
  enough: Promise<unknown>,
): Promise<ThreeCxCredentials | null> {
  const { ask, environment } = terminal;
  const answer = async (name: string, question: string, isHidden: boolean): Promise<string> =>
    (environment[name] || (await ask?.(`${TEXTS.one(language, question)} `, enough, isHidden)) || '').trim();
  const id = await answer(ID, 'three-cx.id', false);
  const secret = id === '' ? '' : await answer(SECRET, 'three-cx.secret', true);
  return secret === '' ? null : { id, secret };
}
