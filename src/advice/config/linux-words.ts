import type { PortRange } from '../../base/index.ts';
import type { Localised } from '../routers/index.ts';
import { type Chain, span } from './types.ts';

const chainName = ({ family, table, chain }: Chain): string => `${family} ${table} ${chain}`;

/** A text of nft, for the shell. */
export const nft = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["nft -f - <<'END'", ...lines, 'END'];

export const setOf = (ranges: readonly PortRange[]): string => `{ ${ranges.map((range) => span(range)).join(', ')} }`;

export const inserted = (chain: Chain | null, rule: string): string =>
  chain ? `insert rule ${chainName(chain)} ${rule}` : '';

/** A text of iptables-restore, or ip6tables-restore; each table at its beginning, so that the rules come before all others. */
export const restore = (
  tables: Readonly<Record<string, readonly string[]>>,
  program: 'iptables' | 'ip6tables' = 'iptables',
): string[] => [
  `${program}-restore --noflush <<'END'`,
  ...Object.entries(tables).flatMap(([table, rules]) => [`*${table}`, ...rules, 'COMMIT']),
  'END',
];

export const NO_CHAIN: Localised = {
  en: 'If your chain of the hook "forward" drops what no rule names, it has to admit this, too. --forward-chain "inet filter forward", with the names that "nft list chains" shows, writes the rules.',
  de: 'Verwirft Ihre Kette des Hooks „forward“, was keine Regel nennt, muss sie auch das zulassen. --forward-chain "inet filter forward", mit den Namen, die „nft list chains“ zeigt, schreibt die Regeln dazu.',
};

export const NO_SCAN_CHAIN: Localised = {
  en: 'Which chain counts new connections is not known. --scan-chain "ip filter guard", with the names that "nft list ruleset" shows, writes the rule.',
  de: 'Welche Kette neue Verbindungen zählt, ist nicht bekannt. --scan-chain "ip filter guard", mit den Namen, die „nft list ruleset“ zeigt, schreibt die Regel dazu.',
};

export const ALG_OFF = {
  lines: [
    'modprobe -r nf_nat_sip nf_conntrack_sip',
    "printf 'blacklist nf_nat_sip\\nblacklist nf_conntrack_sip\\n' >/etc/modprobe.d/fullcone-sip.conf",
  ],
  note: {
    en: 'If the modules are in use, a rule assigns the helper "sip": remove that first. This part is not tested.',
    de: 'Sind die Module in Gebrauch, weist eine Regel den Helper „sip“ zu: diese zuerst entfernen. Dieser Teil ist nicht getestet.',
  },
};
