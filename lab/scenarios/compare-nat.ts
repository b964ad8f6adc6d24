import type { NatExpectation } from './nat-table.ts';

/** The part of `fullcone nat --json` that scenarios speak of. */
export interface NatShape {
  readonly mapping: string | null;
  readonly preservesPort: boolean | null;
  readonly filtering: string | null;
  readonly hairpin: Told | null;
  readonly fragments: { readonly outward: Told; readonly inward: Told } | null;
  readonly path: {
    readonly sent: number;
    readonly returned: number;
    readonly roundTripMs: number | null;
    readonly jitterMs: number | null;
  };
  readonly lifetime: {
    readonly atLeastSeconds: number | null;
    readonly atMostSeconds: number | null;
    readonly reason: string | null;
  } | null;
}

interface Told {
  readonly result: string | null;
  readonly reason: string | null;
}

/**
 * What a report says that the scenario does not: one line each. On a path that loses packets not to know is right, too
 * (`mayNotKnow`); what is said must be so in any case.
 */
export function compareNat(expect: NatExpectation, report: NatShape, mayNotKnow: boolean): string[] {
  const said = wordsOf(report);
  const lines = Object.entries(wantedOf(expect)).flatMap(([what, wanted]) => {
    const got = said[what] ?? null;
    return got === wanted || (got === null && mayNotKnow) ? [] : [`${what}: expected ${wanted}, got ${got}`];
  });
  const life = expect.lifetime ? lifetimeLines(expect.lifetime, report.lifetime, mayNotKnow) : [];
  const path = expect.lost ? pathLines(expect.lost, report.path, mayNotKnow) : [];
  return [...lines, ...path, ...life];
}

type Words = Readonly<Record<string, string | null>>;

const WORDS = ['mapping', 'port', 'filtering'] as const;

function wantedOf({ behaviour, hairpin, fragments }: NatExpectation): Words {
  const [outward, inward] = fragments?.split(', ') ?? [];
  return {
    ...Object.fromEntries(behaviour.split(', ').map((word, index) => [WORDS[index], word])),
    ...(hairpin ? { hairpin } : {}),
    ...(outward && inward ? { outward, inward } : {}),
  };
}

function wordsOf({ mapping, preservesPort, filtering, hairpin, fragments }: NatShape): Words {
  const port = preservesPort === null ? null : preservesPort ? 'preserved' : 'rewritten';
  return {
    ...{ mapping, port, filtering },
    // Where nothing is translated there is nothing to find out.
    hairpin: hairpin?.result ?? (hairpin?.reason === 'no-nat' ? 'no-nat' : null),
    outward: fragments?.outward.result ?? null,
    inward: fragments?.inward.result ?? null,
  };
}

/** What the matrix loses comes on top: then it is at least so much. */
function pathLines(
  [from, to]: NonNullable<NatExpectation['lost']>,
  { sent, returned, roundTripMs, jitterMs }: NatShape['path'],
  mayBeMore: boolean,
): string[] {
  const lost = sent === 0 ? null : 1 - returned / sent;
  const isRight = lost !== null && lost >= from && (lost <= to || mayBeMore);
  const isKnown = roundTripMs !== null && jitterMs !== null;
  return isRight && isKnown
    ? []
    : [`path: ${lost} lost, ${roundTripMs} ms, jitter ${jitterMs}, expected ${from}-${to}`];
}

function lifetimeLines(
  { really, atLeast, atMost }: NonNullable<NatExpectation['lifetime']>,
  said: NatShape['lifetime'],
  mayNotKnow: boolean,
): string[] {
  const [least, most] = [said?.atLeastSeconds ?? null, said?.atMostSeconds ?? null];
  const got = `lifetime: ${least} to ${most} (${said?.reason ?? 'no reason'})`;
  // Losses make the bounds wider, and never wrong.
  if (mayNotKnow) return (least ?? 0) <= really && (most ?? really) >= really ? [] : [`${got}, really ${really}`];
  const isMost = atMost === null ? most === null : most !== null && most >= atMost[0] && most <= atMost[1];
  return least === atLeast && isMost && said?.reason === null
    ? []
    : [`${got}, expected ${atLeast} to ${atMost?.join('-') ?? 'unknown'}`];
}
