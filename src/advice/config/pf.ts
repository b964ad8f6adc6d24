import type { PortRange } from '../../base/index.ts';
import { type Dialect, type Repair, span } from './types.ts';
import { type Written, writing } from './writing.ts';

/*
 * pf in its two forms. OpenBSD (since 4.7) translates in the rules that admit; FreeBSD has rules of their own for that,
 * in a section before those that admit, of which the first that fits counts. (Since FreeBSD 15 it reads both.)
 */

const listed = (ranges: readonly PortRange[]): string => ranges.map((range) => span(range, ':')).join(', ');

const eachProtocol = ({ ports: { forward } }: Repair, line: (protocol: 'udp' | 'tcp', ports: string) => string) =>
  (['udp', 'tcp'] as const).flatMap((protocol) =>
    forward[protocol].length > 0 ? [line(protocol, listed(forward[protocol]))] : [],
  );

const flush = ({ pbx }: Repair): Written => ({ lines: [`pfctl -k ${pbx}`, `pfctl -k 0.0.0.0/0 -k ${pbx}`] });

const WAN_NAMES = /^[A-Za-z][A-Za-z0-9]{0,14}$/;

export const PF: Dialect = {
  id: 'pf',
  comment: '# ',
  wan: 'egress',
  wanNames: WAN_NAMES,
  proven: false,
  write: writing({
    forward: (repair) => ({
      lines: eachProtocol(
        repair,
        (protocol, ports) =>
          `pass in quick on ${repair.wan} inet proto ${protocol} from any to (${repair.wan}) port { ${ports} } rdr-to ${repair.pbx}`,
      ),
      note: {
        en: 'These lines belong into /etc/pf.conf, before the rules that block; "pfctl -f /etc/pf.conf" loads it.',
        de: 'Diese Zeilen gehören in /etc/pf.conf, vor die sperrenden Regeln; „pfctl -f /etc/pf.conf“ lädt sie.',
      },
    }),
    'keep-source-port': ({ pbx, wan }) => ({
      lines: [`pass out quick on ${wan} inet proto udp from ${pbx} to any nat-to (${wan}) static-port`],
      note: {
        en: 'This line belongs into /etc/pf.conf, before the general rule with "nat-to".',
        de: 'Diese Zeile gehört in /etc/pf.conf, vor die allgemeine Regel mit „nat-to“.',
      },
    }),
    flush,
  }),
};

export const PF_FREEBSD: Dialect = {
  id: 'pf-freebsd',
  comment: '# ',
  // There is no group of that name: em0, igb0, vtnet0, as the machine is built.
  wan: null,
  wanNames: WAN_NAMES,
  proven: false,
  write: writing({
    forward: (repair) => ({
      lines: eachProtocol(
        repair,
        (protocol, ports) =>
          `rdr pass on ${repair.wan} inet proto ${protocol} from any to (${repair.wan}) port { ${ports} } -> ${repair.pbx}`,
      ),
      note: {
        en: 'These lines belong into /etc/pf.conf, before all other "rdr" and before the rules that pass or block; "pfctl -f /etc/pf.conf" loads it.',
        de: 'Diese Zeilen gehören in /etc/pf.conf, vor alle anderen „rdr“ und vor die Regeln, die zulassen oder sperren; „pfctl -f /etc/pf.conf“ lädt sie.',
      },
    }),
    'keep-source-port': ({ pbx, wan }) => ({
      lines: [`nat on ${wan} inet proto udp from ${pbx} to any -> (${wan}) static-port`],
      note: {
        en: 'This line belongs into /etc/pf.conf, before all other "nat" and before the rules that pass or block.',
        de: 'Diese Zeile gehört in /etc/pf.conf, vor alle anderen „nat“ und vor die Regeln, die zulassen oder sperren.',
      },
    }),
    // OpenBSD has none that fits all: there a rule sees the address before or after translation, as it was translated.
    'scan-exemption': ({ pbx, wan, sources }) => ({
      lines: [`pass in quick on ${wan} inet from { ${sources.join(', ')} } to ${pbx}`],
      note: {
        en: 'This line belongs into /etc/pf.conf, before the rules that count or block.',
        de: 'Diese Zeile gehört in /etc/pf.conf, vor die zählenden und sperrenden Regeln.',
      },
    }),
    flush,
  }),
};
