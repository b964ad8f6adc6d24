import { formatRanges, type PortRange } from '../../base/index.ts';
import type { Finding, Language } from '../types.ts';
import { ANY_ROUTER } from './any.ts';
import { needsOfAll, type Ports, portsThatNeed, type Unasked } from './needs.ts';
import type { Localised, Need, Router, Step } from './types.ts';

/** What the templates are filled with; null: not known. */
export interface Values {
  readonly pbx: string | null;
  readonly wan: string | null;
  readonly publicAddress: string | null;
  readonly sources: readonly string[];
}

/** A step for one router and one report. */
export interface FilledStep {
  readonly need: Need;
  readonly text: Localised;
  readonly commands: readonly string[];
  readonly source: string | null;
  /** false: it is in general words, since for this router none are known. */
  readonly own: boolean;
}

const UNKNOWN: Readonly<Record<'pbx' | 'wan' | 'public' | 'sources', Localised>> = {
  pbx: { en: "<the PBX's LAN address>", de: '<LAN-Adresse der Telefonanlage>' },
  wan: { en: '<the internet interface>', de: '<Internet-Schnittstelle>' },
  public: { en: '<the public address>', de: '<öffentliche Adresse>' },
  sources: { en: "<the test server's addresses>", de: '<Adressen des Testservers>' },
};

/** What this router is told, in the order in which it is to be done; what is not known of it in general words. */
export function stepsFor(
  router: Router,
  findings: readonly Finding[],
  values: Values,
  unasked: readonly Unasked[] = [],
): readonly FilledStep[] {
  return needsOfAll(findings).flatMap((need) => {
    const own = router.steps[need];
    const step = own ?? ANY_ROUTER.steps[need];
    const ports = portsThatNeed(need, findings, unasked);
    return step ? [filled(step, need, own !== undefined, (language) => variables(values, ports, language))] : [];
  });
}

function filled(
  { text, commands = [], source }: Step,
  need: Need,
  own: boolean,
  of: (language: Language) => Readonly<Record<string, string>>,
): FilledStep {
  return {
    need,
    text: { en: fill(text.en, of('en')), de: fill(text.de, of('de')) },
    // Commands have no language; what is not known stands in them in English.
    commands: commands.map((line) => fill(line, of('en'))),
    source,
    own,
  };
}

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '…');

function variables(values: Values, ports: Ports, language: Language): Readonly<Record<string, string>> {
  return {
    pbx: values.pbx ?? UNKNOWN.pbx[language],
    wan: values.wan ?? UNKNOWN.wan[language],
    public: values.publicAddress ?? UNKNOWN.public[language],
    sources: values.sources.join(', ') || UNKNOWN.sources[language],
    ports: portsText(ports, language),
  };
}

/** In steps ranges are to be typed; more than these nobody types. */
const MOST_RANGES = 8;

/** `UDP 5060, 9000-10999 and TCP 5060`. */
function portsText({ udp, tcp }: Ports, language: Language): string {
  const parts = [
    udp.length > 0 ? `UDP ${some(udp, language)}` : '',
    tcp.length > 0 ? `TCP ${some(tcp, language)}` : '',
  ];
  return parts.filter((part) => part !== '').join({ en: ' and ', de: ' und ' }[language]) || '…';
}

function some(ranges: readonly PortRange[], language: Language): string {
  const more = ranges.length - MOST_RANGES;
  const first = formatRanges(ranges.slice(0, MOST_RANGES));
  return more > 0
    ? `${first} (${{ en: `and ${more} more ranges`, de: `und ${more} weitere Bereiche` }[language]})`
    : first;
}
