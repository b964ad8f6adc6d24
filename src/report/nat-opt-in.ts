import type { Fragments, Hairpin, Lifetime } from '../verdict/index.ts';
import type { Phrases } from './phrases.ts';

/** What `fullcone nat` prints of what it asks only if told to. */
export interface OptInReport {
  /** RFC 5780 section 4.5. null: not asked. */
  readonly hairpin: Hairpin | null;
  /** RFC 5780 section 4.7. null: not asked. */
  readonly fragments: Fragments | null;
  /** RFC 5780 section 4.6. null: not asked. */
  readonly lifetime: {
    readonly atLeastSeconds: Lifetime['atLeast'];
    readonly atMostSeconds: Lifetime['atMost'];
    /** As it was asked for. */
    readonly longestWaitSeconds: number;
    readonly reason: Lifetime['reason'];
  } | null;
}

type Row = readonly [name: string, text: string];

/** A line for each thing that was asked for: its name's key, and what to say. */
export const optInRows = ({ hairpin, fragments, lifetime }: OptInReport, phrases: Phrases): readonly Row[] => [
  ...(hairpin ? [['hairpin', hairpinLine(hairpin, phrases)] as const] : []),
  ...(fragments ? [['fragments', fragmentsLine(fragments, phrases)] as const] : []),
  ...(lifetime ? [['lifetime', lifetimeLine(lifetime, phrases)] as const] : []),
];

type Asked<K extends keyof OptInReport> = NonNullable<OptInReport[K]>;

const unknown = (reason: string | null, { say }: Phrases): string => say(`nat.reason.${reason ?? 'path'}`);

const hairpinLine = ({ result, reason }: Asked<'hairpin'>, phrases: Phrases): string =>
  result ? phrases.say(`nat.hairpin.${result}`) : unknown(reason, phrases);

function fragmentsLine({ outward, inward }: Asked<'fragments'>, phrases: Phrases): string {
  if (outward.result && outward.result === inward.result) return phrases.say(`nat.fragments.both.${outward.result}`);
  // The same reason is not given twice.
  if (!outward.result && !inward.result && outward.reason === inward.reason) return unknown(outward.reason, phrases);
  const lines = Object.entries({ outward, inward }).map(([way, { result, reason }]) =>
    result
      ? phrases.say(`nat.fragments.${way}.${result}`)
      : phrases.say(`nat.fragments.${way}.unknown`, { why: unknown(reason, phrases) }),
  );
  return lines.join(' ');
}

function lifetimeLine(lifetime: Asked<'lifetime'>, phrases: Phrases): string {
  const { atLeastSeconds: least, atMostSeconds: most, reason } = lifetime;
  const facts = { least: phrases.amount(least ?? 0), most: phrases.amount(most ?? 0) };
  if (least !== null) return phrases.say(`nat.lifetime.${most === null ? 'longer' : 'between'}`, facts);
  return most === null ? unknown(reason, phrases) : phrases.say('nat.lifetime.shorter', facts);
}
