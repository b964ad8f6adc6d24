import type { Problem } from '../../../src/console/api/index.ts';

type Fault = Problem['fields'][number];

/** A sentence that says what the field takes; the first that fits. */
const FIELDS: readonly (readonly [path: RegExp, key: string])[] = [
  [/^publicAddress\.ipv4$/, 'ipv4'],
  [/^publicAddress\.ipv6$/, 'ipv6'],
  [/^bindAddress/, 'address'],
  [/^(servers|server)\b/, 'server'],
  [/^(udp|tcp)$/, 'ports'],
  [/^hostName$|^mail\.host$/, 'host'],
  [/^rate$/, 'rate'],
  [/^cron$/, 'cron'],
  [/^quiet\./, 'clock'],
  [/^mail\.(to|from)/, 'mail'],
  [/^mail\.port$|^port$/, 'port'],
  [/^webhook\.url$/, 'url'],
  [/^retention\.runs$/, 'runs'],
  [/^retention\.days$/, 'days'],
  [/^password$/, 'password'],
  [/^name$/, 'name'],
];

/** The name of the text for the place and the code that a schema gave. */
export function whatIsWrong({ path, code }: Fault): string {
  const field = FIELDS.find(([pattern]) => pattern.test(path))?.[1];
  if (field !== undefined) return `wrong.${field}`;
  return code === 'too_big' ? 'wrong.long' : 'wrong.other';
}
