import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Report } from './contract.ts';
import { FORMATS, type FormatName, formatOf, formatOfFile, isFormat, readReport } from './index.ts';
import { EVERYTHING, reportOf } from './test-reports.ts';

const PLAIN = { columns: 80, colour: false, verbose: false };
const NAMES = Object.keys(FORMATS) as FormatName[];
const TEXTUAL = NAMES.filter((name) => !formatOf(name).isBinary);

/** What a terminal may obey, and what hides or turns around what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const OBEYED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom(
    '\u001b[2J\u001b]0;x\u0007',
    '\u009b31m',
    '\u202egnp.exe',
    '\u2066x\u2069',
    '<script>x</script>',
    ']]>',
  ),
  fc.constantFrom('=1+1', '{{count}}', '$t(common.forward)', '\r\nSupported', 'a\u0000b', '\ud800', 'x'.repeat(10_000)),
  fc.constantFrom('__proto__', 'constructor', '%s%n', '\\u001b', '&#27;'),
);

describe('hostile names', () => {
  test.each(TEXTUAL)(
    'do nothing in %s',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(HOSTILE, fc.constantFrom('en', 'de'), fc.boolean(), async (said, language, verbose) => {
          const report = reportOf(EVERYTHING, said);
          // Facts come from whoever wrote the file, too.
          const findings = report.findings.map((finding) => ({
            ...finding,
            facts: { ...finding.facts, said, by: said, port: said },
          }));
          const hostile: Report = {
            ...report,
            findings,
            version: said,
            bindAddress: said,
            publicAddresses: [said],
            serverList: said,
          };
          const text = String(await formatOf(name).render(hostile, language, { ...PLAIN, verbose }));
          expect(OBEYED.exec(text.replace(/^\ufeff/, ''))?.[0]).toBeUndefined();
          expect(text.length).toBeLessThan(1_000_000);
        }),
        { numRuns: 25 },
      );
    },
    60_000,
  );

  it('are in JSON what they were', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE, async (said) => {
        const report = reportOf(EVERYTHING, said);
        const text = String(await formatOf('json').render(report, 'en', PLAIN));
        expect(await readReport(text)).toEqual({ kind: 'ok', value: JSON.parse(JSON.stringify(report)) });
      }),
    );
  });
});

describe('the text', () => {
  /** Every other port is something else, so that nothing becomes a range. */
  const worst = (): string => {
    const kinds = [
      ...[
        'open',
        'closed not-forwarded',
        'closed address-restricted',
        'closed shifted',
        'closed rejected',
        'no-answer',
      ],
      ...[
        'closed host-firewall',
        'translated symmetric',
        'translated source-port-rewritten',
        'translated mapped-elsewhere',
      ],
      ...['in-use process', 'in-use', 'malformed', 'untested server-silent', 'untested loss', 'untested permission'],
      ...[
        'untested scan-protection',
        'untested throttled-by-server',
        'untested different-public-address',
        'no-answer outbound-blocked',
      ],
    ];
    const ports = Array.from({ length: 16_385 }, (_, index) => 40_000 + index);
    const lists = kinds.map(
      (kind, which) => `${ports.filter((port) => port % kinds.length === which).join(',')} ${kind}`,
    );
    return `${lists.join('; ')}; tcp/5061 open; tcp/5090,5091 closed not-forwarded`;
  };

  it('has 40 lines at most, none too wide, however many ports, causes and long names', () => {
    const report = reportOf(worst(), 'name '.repeat(15));
    expect(report.ports).toHaveLength(16_388);
    expect(report.findings.length).toBeGreaterThan(15);
    for (const language of ['en', 'de'] as const)
      for (const columns of [40, 60, 80, 100]) {
        const text = formatOf('text').render(report, language, { ...PLAIN, columns });
        const lines = String(text).trimEnd().split('\n');
        expect([language, columns, lines.length > 40 ? lines.length : 'fits']).toEqual([language, columns, 'fits']);
        expect([language, columns, lines.filter((line) => line.length > columns)]).toEqual([language, columns, []]);
      }
  });

  it('of all ports is there in a moment, as are the other forms', async () => {
    const report = reportOf(worst());
    for (const name of NAMES) {
      const before = process.cpuUsage();
      await formatOf(name).render(report, 'en', PLAIN);
      expect([name, process.cpuUsage(before).user / 1_000 < 5_000]).toEqual([name, true]);
    }
  });
});

test.each([
  ['report.json', 'json'],
  ['REPORT.JSON', 'json'],
  ['report.csv', 'csv'],
  ['report.xml', 'junit'],
  ['report.txt', 'text'],
  ['report', null],
  ['json', null],
  ['x.json.gz', null],
])('the name %s means %s', (path, name) => {
  expect(formatOfFile(path)).toBe(name);
});

test('a format has a name of its own', () => {
  expect(['text', 'csv', 'toString', '__proto__', ''].map(isFormat)).toEqual([true, true, false, false, false]);
});
