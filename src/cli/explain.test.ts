import { describe, expect, test } from 'vitest';
import { FINDING_CODES } from '../advice/index.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';
import { EXIT } from './types.ts';

async function run(words: readonly string[], columns: number | null = null, environment = {}) {
  const terminal = fakeTerminal({ columns, environment: { LANG: 'C', NO_COLOR: '1', ...environment } });
  const code = await runWords(['explain', ...words], untouchable(aloneModel().pbx), terminal);
  return { code, out: terminal.text('out'), error: terminal.text('error') };
}

describe('fullcone explain', () => {
  test('without a code names all of them, the most urgent first', async () => {
    const { code, out } = await run([]);
    const named = out.split('\n').map((line) => line.split(' ')[0]);
    expect(code).toBe(EXIT.supported);
    expect(named.filter((word) => word !== '')).toEqual(FINDING_CODES);
  });

  test('prints what was seen, what it means, what to do, and how to see that it worked', async () => {
    const { code, out, error } = await run(['shifted']);
    expect([code, error]).toEqual([EXIT.supported, '']);
    expect(out).toMatchInlineSnapshot(`
      "The forward changes the number
      Error, shifted; router or firewall

      The report says
        The forward changes the number of <number of> ports; what is sent to <port>
        arrives at <other port>.

      What was seen
        What was sent to one port arrived at another one of the PBX. All checked ports
        listen at once and every answer carries a mark, so this is certain. The rule
        maps an outside range to an inside range that begins elsewhere.

      What it means for calls
        - SIP ports: Incoming calls do not arrive, and remote phones lose their
          registration.
        - Media ports: Calls that use one of these ports have sound in one direction
          only, or none.
        - TCP ports: Phones, apps and trunks that connect by TCP or TLS from outside
          do not get through.

      What to do
        1. In the router, open the rule that sends <port> to <other port>, and forward
           <UDP or TCP> <ports> to <PBX>, each port to the same number.
        2. In a rule for a range, the first inside port must be the first outside
           port.
        3. Flush the router's old states for <PBX>, or restart it; calls in progress
           may drop. Then check again, with --no-wait.

      On your router
        - Forwarding is called port forwarding, port mapping, virtual server,
          destination NAT (DNAT) or inbound NAT. Where it asks for outside and inside
          ports, both are the same; where it asks for the protocol, take the one that
          is named here. Many firewalls need a filter rule beside the NAT rule.

      How to see that it worked
        Check the same ports again: they are listed as open, and this finding is gone.
        Then call the PBX from a mobile phone outside: it rings, and both sides hear
        each other.
      "
    `);
  });

  test.each([
    ['--lang de', ['--lang', 'de'], {}],
    ['the locale', [], { LANG: 'de_AT.UTF-8' }],
  ])('in German by %s', async (_, words, environment) => {
    const { out } = await run(['not-forwarded', ...words], null, environment);
    expect(out).toContain('Was zu tun ist');
    expect(out).not.toContain('What');
  });

  test.each([40, 60, 100])('fits into a terminal of %i columns', async (columns) => {
    const outs = await Promise.all(FINDING_CODES.map((code) => run([code, '--lang', 'de'], columns)));
    const long = outs.flatMap(({ out }) => out.split('\n')).filter((line) => line.length > columns);
    expect(long).toEqual([]);
  });

  test.each([['frobnicate'], [''], ['not forwarded'], ['__proto__'], ['not-forwarded.md']])(
    'says that there is no finding "%s"',
    async (given) => {
      const { code, out, error } = await run([given]);
      expect([code, out]).toEqual([EXIT.usage, '']);
      expect(error).toContain(`"${given}"`);
      expect(error).toContain('fullcone explain');
    },
  );

  test('takes one code, and reads it as it is typed', async () => {
    expect((await run(['Not-Forwarded '])).code).toBe(EXIT.supported);
    const { code, error } = await run(['shifted', 'closed']);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain('"closed"');
  });
});
