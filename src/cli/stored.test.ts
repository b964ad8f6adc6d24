import { describe, expect, test } from 'vitest';
import type { System } from '../system/index.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';
import { EXIT } from './types.ts';

const CHECK = ['check', '--server', 'embedded', '--udp', '5060,9000-9009'];

/** What a check of this machine alone writes, by the names of its files. */
async function written(words: readonly string[], fails: Readonly<Record<string, string>> = {}) {
  const model = aloneModel();
  const files = new Map<string, string>();
  const abandoned: string[] = [];
  const openOutput: System['files']['openOutput'] = (path) =>
    Promise.resolve(
      fails[path] === 'EACCES'
        ? { kind: 'error', error: 'EACCES' }
        : {
            kind: 'ok',
            value: {
              write: (content) => {
                files.set(path, String(content));
                const error = fails[path];
                return Promise.resolve(error ? { kind: 'error', error } : { kind: 'ok', value: null });
              },
              abandon: () => Promise.resolve(void abandoned.push(path)),
            },
          },
    );
  const terminal = fakeTerminal();
  const system = { ...model.pbx, files: { ...model.pbx.files, openOutput } };
  const code = await model.run(runWords(words, system, terminal));
  return { code, files, abandoned, out: terminal.text('out'), error: terminal.text('error') };
}

/** The command in front of these files, on a machine that may send nothing. */
async function readIn(
  files: Readonly<Record<string, string | { readonly code: string }>>,
  ...words: readonly string[]
) {
  const { pbx } = aloneModel({}, { disk: files });
  const terminal = fakeTerminal();
  const code = await runWords(words, untouchable(pbx), terminal);
  return { code, out: terminal.text('out'), error: terminal.text('error') };
}

const recorded = written([...CHECK, '--record', 'run.jsonl', '--output', 'report.json']);
const fileOf = async (name: string): Promise<string> => (await recorded).files.get(name) ?? '';

describe('a check', () => {
  test.each([
    ['junit', '<?xml version="1.0"'],
    ['csv', '\ufeffprotocol,'],
    ['json', '{\n'],
    ['text', 'Supported: '],
    ['TEXT', 'Supported: '],
  ])('is printed as %s', async (format, start) => {
    const { code, out } = await written([...CHECK, '--format', format]);
    expect([code, out.slice(0, start.length)]).toEqual([EXIT.supported, start]);
  });

  test.each([
    [['--output', 'r.csv'], '\ufeffprotocol,'],
    [['--output', 'r.csv', '--lang', 'de'], '\ufeffprotocol;'],
    [['--output', 'r.xml'], '<?xml'],
    [['--output', 'r.json', '--format', 'csv'], '\ufeffprotocol,'],
    [['--output', 'r', '--format', 'junit'], '<?xml'],
  ])('is written with %s, and told on the terminal', async (words, start) => {
    const { files, out } = await written([...CHECK, ...words]);
    expect([...files.values()][0]?.slice(0, start.length)).toBe(start);
    expect(out).toMatch(/Supported|Unterstützt/);
  });

  test('is printed as JSON where that is wanted, whatever the file is', async () => {
    const { files, out } = await written([...CHECK, '--json', '--format', 'csv', '--output', 'r']);
    expect([out[0], files.get('r')?.[0]]).toEqual(['{', '\ufeff']);
  });

  test('may be redacted', async () => {
    const { files, out } = await written([...CHECK, '--redact', '--output', 'r.json']);
    expect(JSON.parse(files.get('r.json') ?? '')).toMatchObject({ redacted: true });
    expect(out).toContain('Redacted:');
  });

  test.each([
    [['--format', 'docx'], '"docx"'],
    [['--format', 'csv', '--json'], '--json and --format csv'],
    [['--format', '__proto__'], '"__proto__"'],
  ])('is refused with %s, before anything is sent', async (words, part) => {
    const { code, error } = await readIn({}, ...CHECK, ...words);
    expect([code, error.includes(part), error.split('\n').length]).toEqual([EXIT.usage, true, 2]);
  });

  test('is refused where its record cannot be written, and leaves the report’s file alone', async () => {
    const { code, error, abandoned, files } = await written([...CHECK, '--output', 'r', '--record', 'x'], {
      x: 'EACCES',
    });
    expect([code, abandoned, files.size]).toEqual([EXIT.usage, ['r'], 0]);
    expect(error).toContain('--record "x" cannot be written (EACCES)');
  });

  test('whose record does not fit says so, and gives the report all the same', async () => {
    const { code, error, out } = await written([...CHECK, '--record', 'x'], { x: 'ENOSPC' });
    expect([code, out.includes('Supported')]).toEqual([EXIT.internal, true]);
    expect(error).toContain('"x" (ENOSPC)');
  });
});

describe('a stored report', () => {
  test.each(['report.json', 'run.jsonl'])('%s is shown, and the same in JSON', async (name) => {
    const text = await fileOf(name);
    expect(await readIn({ [name]: text }, 'report', name)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Supported') as string,
      error: '',
    });
    expect(await readIn({ [name]: text }, 'report', name, '--json')).toMatchObject({
      out: await fileOf('report.json'),
    });
  });

  test.each(['en', 'de'])('in the language that is wanted (%s), redacted, in another form', async (lang) => {
    const words = ['report', 'r', '--format', 'junit', '--redact', '--lang', lang];
    const { code, out } = await readIn({ r: await fileOf('report.json') }, ...words);
    expect([code, out.includes('name="fullcone.redacted"')]).toEqual([0, true]);
  });

  test.each([
    ['that is not there', { code: 'ENOENT' }, '(ENOENT)'],
    ['that is too large', { code: 'EFBIG' }, 'larger than any report'],
    ['that is no JSON', 'Supported', 'not a report in JSON'],
    ['that is cut off', '{"schema":"fullcone.report/1","ver', 'ends in the middle'],
    ['that says a thing twice', '{"schema":"fullcone.report/1","a":1,"a":2}', '"a" twice'],
    ['of nothing', '{}', 'does not say of which schema'],
    ['of another schema', '{"schema":"fullcone.nat/1"}', '"fullcone.nat/1"'],
    ['of tomorrow', '{"schema":"fullcone.report/7"}', 'a newer fullcone has written'],
    ['that is not as agreed', '{"schema":"fullcone.report/1"}', 'at verdict'],
    ['of a run of tomorrow', '{"schema":"fullcone.run/2"}\n', '"fullcone.run/2"'],
    ['of a run that is cut off', '{"schema":"fullcone.run/1"}\n', 'ends in the middle'],
    ['of a run with a line that is none', '{"schema":"fullcone.run/1"}\nx\n{}\n', 'line 2 is no event'],
    [
      'of a run with a line that was moved',
      '{"schema":"fullcone.run/1"}\n{"n":2,"event":{}}\n\n',
      'line 2 is not where it belongs',
    ],
    ['of a run with another event', '{"schema":"fullcone.run/1"}\n{"n":1,"event":{"kind":"x\\u001b"}}\n\n', '("x?")'],
    ['of a run with half an event', '{"schema":"fullcone.run/1"}\n{"n":1,"event":{"kind":"ended"}}\n\n', 'at duration'],
  ])('%s is refused in one sentence', async (_, file, part) => {
    for (const words of [
      ['report', 'r'],
      ['compare', 'r', 'r'],
    ]) {
      const { code, out, error } = await readIn({ r: file }, ...words);
      expect([code, out, error.split('\n').length]).toEqual([EXIT.usage, '', 2]);
      expect(error).toContain(part);
      const german = await readIn({ r: file }, ...words, '--lang', 'de');
      expect([german.code, german.error.split('\n').length, german.error === error]).toEqual([EXIT.usage, 2, false]);
    }
  });

  test.each([
    [['report'], 'no report is named'],
    [['report', 'r', 's'], '"s" is one too many'],
    [['compare'], 'two reports'],
    [['compare', 'r'], 'two reports'],
    [['compare', 'r', 'r', 'r'], 'is one too many'],
    [['compare', 'r', 'r', '--format', 'csv'], 'text, json'],
    [['compare', 'r', 'r', '--format', 'text', '--json'], 'contradict'],
    [['report', 'r', '--format', 'x'], '"x"'],
    [['report', 'r', '--output', './r'], 'is the file that is read'],
    [[...CHECK, '--output', 'r.json', '--record', './/r.json'], 'one would replace the other'],
  ])('%j is refused', async (words, part) => {
    const { code, error } = await readIn({ r: await fileOf('report.json') }, ...words);
    expect([code, error.includes(part)]).toEqual([EXIT.usage, true]);
  });
});

describe('compare', () => {
  const other = async () => {
    const report = JSON.parse(await fileOf('report.json')) as { ports: object[] };
    const ports = report.ports.map((port, index) =>
      index === 0 ? { ...port, result: 'closed', cause: 'not-forwarded' } : port,
    );
    return JSON.stringify({ ...report, verdict: 'unsupported', reason: 'some-ports', ports });
  };

  test('ends with 0 where nothing changed, even between a report and its run', async () => {
    const files = { a: await fileOf('report.json'), b: await fileOf('run.jsonl') };
    expect(await readIn(files, 'compare', 'a', 'b')).toMatchObject({ code: 0, error: '' });
  });

  test('ends with 1 where something did, and says what', async () => {
    const files = { a: await fileOf('report.json'), b: await other() };
    const text = await readIn(files, 'compare', 'a', 'b');
    expect([text.code, text.out.includes('UDP 5060: open, now closed (not-forwarded)')]).toEqual([1, true]);
    const json = await readIn(files, 'compare', 'a', 'b', '--format', 'json');
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { changed: true, comparedPorts: 11 }]);
  });

  test('of different ports ends with 64', async () => {
    const a = await fileOf('report.json');
    const { files } = await written(['check', '--server', 'embedded', '--udp', '7000', '--output', 'r.json']);
    const { code, error } = await readIn({ a, b: files.get('r.json') ?? '' }, 'compare', 'a', 'b');
    expect([code, error.includes('no port in common')]).toEqual([EXIT.usage, true]);
  });
});
