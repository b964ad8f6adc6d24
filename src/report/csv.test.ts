import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { renderCsv } from './csv.ts';
import { EVERYTHING, reportOf } from './test-reports.ts';

/** RFC 4180 to the letter: whatever is not as it says throws. */
function parse(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let [record, at]: [string[], number] = [[], 0];
  while (at < text.length) {
    const field = /"((?:[^"]|"")*)"|([^"\r\n]*)/y;
    field.lastIndex = at;
    let [found = '', quoted, plain = ''] = field.exec(text) ?? [];
    if (quoted === undefined) [plain = ''] = [plain.split(separator)[0]];
    if (quoted === undefined) found = plain;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += found.length;
    if (text.startsWith(separator, at)) at += separator.length;
    else if (text.startsWith('\r\n', at)) {
      records.push(record);
      record = [];
      at += 2;
    } else
      throw new Error(
        `after field ${record.length} of line ${records.length + 1}: ${JSON.stringify(text.slice(at, at + 9))}`,
      );
  }
  if (record.length > 0) throw new Error('the last line does not end');
  return records;
}

const MANNERS = [
  ['en', ',', '1.235'],
  ['de', ';', '1,235'],
] as const;

const read = (text: string, separator: string) => {
  const [head = [], ...rows] = parse(text.replace(/^\ufeff/, ''), separator);
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [head[index] ?? `unnamed ${index}`, cell])));
};

describe.each(MANNERS)('as CSV for %s', (language, separator, seconds) => {
  const report = reportOf(EVERYTHING, 'Käthe "K" Müller, Ing.; alias');
  const text = renderCsv(report, language);

  it('has a line for each port, and a first one for programs', () => {
    const rows = parse(text.slice(1), separator);
    expect(rows[0]).toEqual([
      ...[
        'protocol',
        'family',
        'port',
        'result',
        'cause',
        'mapped_address',
        'mapped_port',
        'process',
        'pid',
        'service',
      ],
      ...['rejected_by', 'seconds', 'rule', 'finding', 'finding_title'],
    ]);
    expect(rows).toHaveLength(report.ports.length + 1);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([15]));
  });

  it('says of a port what the report says', () => {
    const rows = read(text, separator);
    expect(rows[0]).toMatchObject({
      protocol: 'udp',
      family: 'ipv4',
      port: '5060',
      result: 'open',
      cause: '',
      finding: '',
    });
    expect(rows[0]).toMatchObject({ mapped_address: '203.0.113.44', mapped_port: '5060', seconds });
    expect(rows[1]).toMatchObject({
      result: 'in-use',
      process: 'Käthe "K" Müller, Ing.; alias',
      pid: '812',
      finding: 'process',
    });
    expect(rows.find(({ port }) => port === '9000')).toMatchObject({
      cause: 'not-forwarded',
      finding: 'not-forwarded',
    });
    expect(rows.at(-1)).toMatchObject({ protocol: 'tcp', port: '5090', mapped_address: '', mapped_port: '' });
  });

  it('is UTF-8, and says so to spreadsheets', () => {
    expect([...Buffer.from(text).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it('is well-formed, harmless and as wide, whatever the names are', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '=1+1',
        '+1',
        '-1',
        '@SUM(A1)',
        '\t=1',
        '\r=1',
        '\n=1',
        ' =1',
        '\u200b=1',
        '＝1',
        '＋1',
        '－1',
        '＠x',
      ),
      fc.constantFrom(
        '"=1"',
        '","=1',
        ';=1',
        '\u202e=1',
        '\u0000=1',
        '=HYPERLINK("http://x","y")',
        "=cmd|' /C calc'!A0",
      ),
    );
    fc.assert(
      fc.property(name, (said) => {
        const rows = parse(
          renderCsv(reportOf('5060 in-use process; 5061 closed rejected', said), language).slice(1),
          separator,
        );
        expect(rows.map((row) => row.length)).toEqual([15, 15, 15]);
        expect(rows.flat().filter((cell) => /^\s*[=+\-@\t\r＝＋－＠]/u.test(cell))).toEqual([]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
        expect(rows.flat().filter((cell) => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(cell))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

test.each([
  ['en', ';'],
  ['de', ','],
  ['en', '\t'],
] as const)('a file in %s is harmless where %j separates, too', (language, separator) => {
  for (const said of [
    "x;=cmd|' /C calc'!A0;y",
    'x,=1+1,y',
    'x; +1;y',
    'x,@SUM(A1)',
    'x;"=1+1";y',
    'x;;-1',
    'x; "",＝1',
  ])
    for (const line of renderCsv(reportOf('5060 in-use process', said), language).split('\r\n'))
      for (const cell of line.split(separator)) expect(cell).not.toMatch(/^[\s"]*[=+\-@\t＝＋－＠]/u);
});

test('an IPv6 mapping is an address without brackets', () => {
  const report = reportOf('5060 open');
  const ports = report.ports.map((port) => ({ ...port, family: 'ipv6' as const, mapped: '[2001:db8::7]:5060' }));
  expect(read(renderCsv({ ...report, ports }, 'en'), ',')[0]).toMatchObject({
    mapped_address: '2001:db8::7',
    mapped_port: '5060',
  });
});

test('a port of which the time is not known has none', () => {
  const report = reportOf('5060 open');
  const ports = report.ports.map(({ tookMs: _, ...port }) => port);
  expect(read(renderCsv({ ...report, ports }, 'de'), ';')[0]).toMatchObject({ seconds: '' });
});
