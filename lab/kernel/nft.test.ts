import { describe, expect, test } from 'vitest';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { nftRouter } from './index.ts';
import { nftInternet } from './nft-internet.ts';
import { nftOuter } from './nft-router.ts';
import { nftRouter6 } from './nft-router6.ts';
import { labIsHere, PLAIN, withLab } from './test-tools.ts';

const here = await labIsHere();

const OUTWARD = ['preserve', 'random', 'stable-other', 'endpoint-independent'] as const;
const FILTERING = ['address-and-port', 'address', 'endpoint-independent'] as const;

const FORWARDS: RouterSpec['forwards'] = [
  { ports: [{ from: 9000, to: 10_999 }], to: 'pbx', shift: 2000 },
  {
    ports: [
      { from: 5060, to: 5061 },
      { from: 5061, to: 5070 },
    ],
    to: 'pbx',
  },
  { ports: [{ from: 5090, to: 5090 }], to: 'nobody' },
  { ports: [{ from: 5001, to: 5001 }], to: 'pbx', protocols: ['tcp'] },
  { ports: [{ from: 7000, to: 7001 }], to: 'pbx', protocols: ['udp'], shift: 1 },
];

const RICH: RouterSpec = {
  ...PLAIN,
  forwards: FORWARDS,
  input: 'take',
  blocked: { ports: [{ from: 9001, to: 9003 }], how: 'reject' },
  tcpService: [{ from: 443, to: 443 }],
  tcpReject: [{ from: 22, to: 23 }],
};

const rules = (text: string, chain: string): string[] => {
  const [head = ''] = text.split(`  chain ${chain} {\n`).slice(1);
  const [body = ''] = head.split('\n  }');
  return body
    .split('\n')
    .map((line) => line.trim())
    .slice(1);
};

describe('text of the router', () => {
  test('forwards: first come first, overlapping ranges joined, shifted ports one by one', () => {
    const [shifted, plain, nobody, overTcp, overUdp] = rules(nftRouter(RICH), 'inward');
    expect(shifted).toContain(
      'dport { 9000-10999 } dnat to 192.168.0.100 : th dport map { 9000 : 11000, 9001 : 11001,',
    );
    expect(shifted).toContain('10999 : 12999 }');
    expect(plain).toContain('dport { 5060-5070 } dnat to 192.168.0.100');
    expect(nobody).toContain('meta l4proto { tcp, udp } th dport { 5090 } dnat to 192.168.0.77');
    expect(overTcp).toContain('meta l4proto { tcp } th dport { 5001 } dnat to');
    expect(overUdp).toContain('meta l4proto { udp } th dport { 7000-7001 } dnat to');
  });

  test('a blocked port is refused before anything established is accepted', () => {
    expect(rules(nftRouter(RICH), 'forward').slice(0, 2)).toEqual([
      'iifname "lan" oifname "wan" udp sport { 9001-9003 } reject with icmp type admin-prohibited',
      'ct state established,related accept',
    ]);
  });

  test('what the router does itself comes before what it takes', () => {
    expect(rules(nftRouter(RICH), 'input')).toEqual([
      'ct state established,related accept',
      'iifname "wan" tcp dport { 443 } accept',
      'iifname "wan" tcp dport { 22-23 } reject with tcp reset',
      'accept',
    ]);
  });

  test('a second line, and a line that loses one of so many', () => {
    const text = nftRouter({ ...PLAIN, otherLine: [{ from: 9004, to: 9005 }] }, { out: 0, in: 0.5, every: 4 });
    expect(rules(text, 'outward')).toEqual([
      'oifname "wan" udp sport { 9004-9005 } snat to 203.0.113.45',
      'oifname "wan" masquerade',
    ]);
    expect(rules(text, 'lost')).toEqual([
      'iifname "wan" numgen inc mod 4 == 0 drop',
      'iifname "wan" numgen random mod 100000 < 50000 drop',
    ]);
  });

  test('the base: nothing forwarded, nothing taken, nothing lost', () => {
    const text = nftRouter(PLAIN);
    expect(rules(text, 'inward')).toEqual([]);
    expect(rules(text, 'outward')).toEqual(['oifname "wan" masquerade']);
    expect(rules(text, 'input')).toEqual(['ct state established,related accept']);
    expect(rules(text, 'lost')).toEqual([]);
  });

  test('the way in loses at the router, the way out at the other end', () => {
    const loss = { out: 0.02, in: 0.3 };
    expect(rules(nftRouter(PLAIN, loss), 'lost')).toEqual(['iifname "wan" numgen random mod 100000 < 30000 drop']);
    const internet = nftInternet({ router: PLAIN, server: { kind: 'full' }, loss });
    expect(rules(internet, 'arriving')).toContain('iifname "isp" numgen random mod 100000 < 2000 drop');
  });
});

describe('text of IPv6', () => {
  const spec: RouterSpec = { ...PLAIN, outward: 'untranslated' };

  test('a blocked port before what is established, a pinhole after it, and the refusal last', () => {
    const blocked = { ports: [{ from: 9001, to: 9001 }], how: 'reject' } as const;
    const forwards = [{ ports: [{ from: 9000, to: 9005 }], to: 'pbx', protocols: ['udp'] }] as const;
    expect(rules(nftRouter6({ ...spec, blocked, forwards, refusal: 'icmp' }), 'forward')).toEqual([
      'iifname "lan" oifname "wan" udp sport { 9001 } reject with icmpv6 type admin-prohibited',
      'ct state established,related accept',
      'iifname "lan" accept',
      'iifname "wan" ip6 daddr 2001:db8:1::100 meta l4proto { udp } th dport { 9000-9005 } accept',
      'reject with icmpv6 type admin-prohibited',
    ]);
  });

  test('translates nothing, unless it is told to', () => {
    expect(rules(nftRouter6(spec), 'outward')).toEqual([]);
    expect(rules(nftRouter6({ ...spec, outward: 'random' }), 'outward')[0]).toContain('masquerade fully-random');
    expect(rules(nftRouter6({ ...spec, outward: 'prefix' }), 'inward')[0]).toContain(
      '2001:db8:3::/64 : 2001:db8:1::/64',
    );
    expect(() => nftRouter6({ ...spec, outward: 'nat64' })).toThrow("no rules of IPv6 do 'nat64'");
  });
});

describe.runIf(here)('nft takes', () => {
  const routers = OUTWARD.flatMap((outward) => FILTERING.map((filtering) => ({ outward, filtering })));
  const networks: NetworkSpec[] = [
    { router: null, server: { kind: 'silent' }, dns: 'silent', loss: { out: 0.5, in: 1 } },
    { router: null, server: { kind: 'full' } },
  ];
  const texts = [
    ...routers.flatMap((kind) => [
      nftRouter({ ...PLAIN, ...kind }),
      nftRouter({ ...RICH, ...kind }, { out: 0, in: 0.1 }),
    ]),
    ...networks.map(nftInternet),
  ];

  test('every text, also over any other one', async () => {
    expect.hasAssertions();
    await withLab({}, async (lab) => {
      const load = 'for text; do printf %s "$text" | nft -f - || exit 1; done; nft list table ip fullcone | wc -l';
      for (let first = 0; first < texts.length; first += 4) {
        const exit = await lab.run('router', ['bash', '-c', load, 'load', ...texts.slice(first, first + 4)]);
        expect(exit).toMatchObject({ status: 0, stderr: '' });
      }
    });
  });
});

describe('a second NAT', () => {
  const outer = { inside: '100.64.0.2', forwards: [{ from: 9000, to: 9005 }] };

  test('changes the address that the router has, and nothing else in its rules', () => {
    const [plain, inner] = [nftRouter(RICH), nftRouter(RICH, undefined, outer.inside)];
    expect(inner).toBe(plain.replaceAll('203.0.113.44', '100.64.0.2'));
  });

  test('forwards what it shall, and no more', () => {
    expect(rules(nftOuter(outer), 'inward')).toEqual([
      'iifname "wan" meta l4proto { tcp, udp } th dport { 9000-9005 } dnat to 100.64.0.2',
    ]);
    expect(rules(nftOuter({ inside: '100.64.0.2' }), 'inward')).toEqual([]);
  });
});
