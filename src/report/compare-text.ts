import type { Language } from '../advice/index.ts';
import { clean } from './clean.ts';
import type { Comparison, FactChange, Outcome, PortChange } from './compare.ts';
import { fitRanges, sizeOf } from './labels.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { wrap } from './wrap.ts';

/** However many changes: the others are in the JSON. */
const [MOST_CHANGES, MOST_VALUES] = [12, 4];

/** What changed, the largest change first; ends with a newline. */
export function renderComparison(comparison: Comparison, language: Language, options: TextOptions): string {
  const page = pageOf(language, options);
  const parts = [
    headOf(comparison, page),
    factsOf(comparison, page),
    portsOf(comparison, page),
    othersOf(comparison, page),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headOf({ first, second, changed, comparedPorts }: Comparison, { phrases, width, paint }: Page): string[] {
  const word = phrases.count(changed ? 'compare.changed' : 'compare.same', comparedPorts);
  const dates = { first: dateOf(first.startedAt), second: dateOf(second.startedAt) };
  return [
    ...wrap(word, width).map((line) => paint('bold', line)),
    ...wrap(phrases.say('compare.dates', dates), width, '  ').map((line) => paint('dim', line)),
  ];
}

const dateOf = (iso: string): string => clean(iso.slice(0, 16).replace('T', ' '));

function factsOf({ facts }: Comparison, page: Page): string[] {
  return facts.flatMap((fact) => {
    const values = { before: valuesOf(fact, fact.before, page), after: valuesOf(fact, fact.after, page) };
    return wrap(page.phrases.say(`compare.fact.${fact.what}`, values), page.width, '  ');
  });
}

/** Words of the contract in words of the language, where a report has them. */
function valuesOf({ what }: FactChange, values: readonly string[], { phrases }: Page): string {
  // Of a supported one there is none, which is known.
  if (values.length === 0) return phrases.say(what === 'reason' ? 'compare.none' : 'compare.nothing');
  const some = values.slice(0, MOST_VALUES).map((value) => {
    if (what === 'verdict') return phrases.say(`verdict.${value}`);
    if (what === 'sourcePorts') return phrases.say(`compare.source.${value}`);
    if (what === 'reason' && (value === 'all-ports' || value === 'some-ports'))
      return phrases.say(`compare.reason.${value}`);
    return clean(value);
  });
  return [...some, ...(values.length > MOST_VALUES ? ['...'] : [])].join(', ');
}

function portsOf({ ports }: Comparison, page: Page): string[] {
  const lines = ports.slice(0, MOST_CHANGES).flatMap((change) => changeOf(change, page));
  const more = ports.length - MOST_CHANGES;
  if (more > 0) lines.push(...wrap(page.phrases.count('compare.more', more), page.width, '  '));
  return ports.length > 0 ? [page.phrases.say('compare.ports'), ...lines] : [];
}

function changeOf({ ports, count, before, after }: PortChange, page: Page): string[] {
  const { phrases, width } = page;
  const outcomes = { before: outcomeOf(before, page), after: outcomeOf(after, page) };
  const where = phrases.count('finding.ports', count, { transport: transportOf(ports), ranges: rangesOf(ports, page) });
  return wrap(phrases.say('compare.change', { where, ...outcomes }), width, '  ');
}

const outcomeOf = ({ result, cause }: Outcome, { phrases }: Page): string =>
  cause === null ? phrases.say(`result.${result}`) : `${phrases.say(`result.${result}`)} (${cause})`;

/** Of which only one of the two speaks. */
function othersOf({ onlyInFirst, onlyInSecond }: Comparison, page: Page): string[] {
  const only = (labels: readonly string[], key: 'first' | 'second') =>
    (['udp/', 'tcp/'] as const).flatMap((start) => {
      const own = labels.filter((label) => label.startsWith(start));
      if (own.length === 0) return [];
      const ranges = { transport: transportOf(own), ranges: rangesOf(own, page) };
      const where = page.phrases.count('finding.ports', sizeOf(own), ranges);
      return wrap(page.phrases.say(`compare.only.${key}`, { where }), page.width, '  ');
    });
  const lines = [...only(onlyInFirst, 'first'), ...only(onlyInSecond, 'second')];
  return lines.length > 0 ? [...wrap(page.phrases.say('compare.others'), page.width), ...lines] : [];
}

const transportOf = ([first]: readonly string[]): string => (first?.startsWith('tcp/') ? 'TCP' : 'UDP');

const rangesOf = (labels: readonly string[], { phrases, width }: Page): string =>
  fitRanges(
    labels.map((label) => label.replace(/^\w+\//, '')),
    width - 30,
    phrases,
  );
