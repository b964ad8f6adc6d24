import { describe, expect, test } from 'vitest';
import { routesOfNetstat, routesOfProc, routeTo } from './routes.ts';

const everywhere = () => true;
const on =
  (...names: string[]) =>
  (via: string) =>
    names.includes(via);

const PROC = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
wlan0\t00000000\tFE01A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth0\t0000000A\t0200A8C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0
eth0\t0A6433C6\t0300A8C0\t0007\t0\t0\t0\tFFFFFFFF\t0\t0\t0
*\t0000630A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
eth1\t00000000\t0900A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0
`;

const VPN = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
wg0\t07716CCB\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;

const MACOS = `Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.0.1        UGScg                 en0
default            link#20            UCSIg             bridge100      !
10.8/24            10.8.0.2           UGSc                utun3
127                127.0.0.1          UCS                   lo0
169.254            link#11            UCS                   en0      !
192.168.0          link#11            UCS                   en0      !
192.168.0.1/32     link#11            UCS                   en0      !
192.168.0.1        0:11:22:33:44:55   UHLWIir               en0   1191
224.0.0/4          link#11            UmCS                  en0      !

Internet6:
Destination                             Gateway                         Flags               Netif Expire
default                                 fe80::%utun0                    UGcIg               utun0
`;

const FREEBSD = `Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            192.168.0.1        UGS      igb0.10
127.0.0.1          link#4             UH          lo0
192.168.0.0/24     link#1             U       igb0.10
`;

const WINDOWS = `===========================================================================
Schnittstellenliste
 12...00 11 22 33 44 55 ......Intel(R) Ethernet Connection
===========================================================================

IPv4-Routentabelle
===========================================================================
Aktive Routen:
     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik
          0.0.0.0          0.0.0.0      192.168.0.1    192.168.0.100     25
          0.0.0.0          0.0.0.0      192.168.7.1    192.168.7.100     35
        127.0.0.0        255.0.0.0   Auf Verbindung         127.0.0.1    331
      192.168.0.0    255.255.255.0   Auf Verbindung     192.168.0.100    281
===========================================================================
Ständige Routen:
  Netzwerkadresse          Netzmaske  Gatewayadresse  Metrik
          0.0.0.0          0.0.0.0      192.168.0.9  Standard
===========================================================================
`;

const ANYWHERE = '203.0.113.7';

describe("Linux' table", () => {
  test.each<[string, string, (via: string) => boolean, string | null]>([
    ['the cheapest default route', ANYWHERE, everywhere, '192.168.0.1'],
    ['the one of the interface', ANYWHERE, on('wlan0'), '192.168.1.254'],
    ['a narrower route', '10.1.2.3', everywhere, '192.168.0.2'],
    ['a network to which it refuses to go', '10.99.1.1', everywhere, '192.168.0.2'],
    ['a host', '198.51.100.10', everywhere, '192.168.0.3'],
    ['a neighbour of that host', '198.51.100.11', everywhere, '192.168.0.1'],
    ['this network: no gateway', '192.168.0.50', everywhere, null],
    ['an interface that is down, or has no route', ANYWHERE, on('eth1', 'eth7'), null],
  ])('%s', (_, address, isOurs, expected) => {
    expect(routeTo(routesOfProc(PROC), address, isOurs)?.gateway ?? null).toBe(expected);
  });

  test('a tunnel that takes everything', () => {
    expect(routeTo(routesOfProc(VPN), ANYWHERE, everywhere)).toMatchObject({ gateway: '10.8.0.1', via: 'tun0' });
    expect(routeTo(routesOfProc(VPN), '8.8.8.8', everywhere)?.gateway).toBe('10.8.0.1');
    expect(routeTo(routesOfProc(VPN), '203.108.113.7', everywhere)).toMatchObject({ gateway: null, via: 'wg0' });
  });
});

describe('what netstat prints', () => {
  test.each<[string, string, string, (via: string) => boolean, string | null]>([
    ['macOS', MACOS, ANYWHERE, on('en0'), '192.168.0.1'],
    ['macOS, this network', MACOS, '192.168.0.7', on('en0'), null],
    ['macOS, a tunnel', MACOS, '10.8.0.77', everywhere, '10.8.0.2'],
    ['macOS, an interface without a gateway', MACOS, ANYWHERE, on('bridge100'), null],
    ['FreeBSD', FREEBSD, ANYWHERE, everywhere, '192.168.0.1'],
    ['Windows, by its address', WINDOWS, ANYWHERE, on('192.168.0.100', 'Ethernet'), '192.168.0.1'],
    ['Windows, the other line', WINDOWS, ANYWHERE, on('192.168.7.100', 'WLAN'), '192.168.7.1'],
    ['Windows, whichever is cheaper', WINDOWS, ANYWHERE, everywhere, '192.168.0.1'],
    ['nothing', '', ANYWHERE, everywhere, null],
    ['something else', 'netstat: command not found\n0.0.0.0 0.0.0.0\ndefault\n', ANYWHERE, everywhere, null],
  ])('%s', (_, text, address, isOurs, expected) => {
    expect(routeTo(routesOfNetstat(text), address, isOurs)?.gateway ?? null).toBe(expected);
  });
});
