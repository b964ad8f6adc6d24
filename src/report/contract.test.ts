import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFindings, type Holder } from '../advice/index.ts';
import { certificateOf, contextOf, runOf, serverOf } from '../advice/testing.ts';
import { buildReport } from './build.ts';
import type { Report } from './contract.ts';
import { renderJson } from './json.ts';
import { reportJsonSchema } from './schema.ts';

const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);

const meta = {
  version: '0.1.0',
  startedAt: new Date('2026-11-20T09:47:12.345Z'),
  durationMs: 16_200.4,
  mode: 'bind' as const,
  bindAddress: '192.168.0.100',
  plannedPorts: 5,
  loss: { sent: 400, answered: 399 },
  holders: new Map<string, Holder>([
    ['udp/5061', { pid: 812, name: 'asterisk', unit: 'asterisk.service' }],
    ['udp/5062', { pid: null, name: null, unit: null }],
  ]),
};

const run = runOf('5060 open; 5061-5062 in-use process; 9000 closed not-forwarded; 9001 translated symmetric', {
  servers: [
    serverOf({ detail: 'no-response-port' }),
    serverOf({ name: 'old.example', address: null, state: 'unresolvable', otherAddress: null }),
  ],
});
const report = buildReport(run, findFindings(run, contextOf(run, meta)), meta);

describe('a report', () => {
  it('keeps to the contract', () => {
    expect(report).toMatchInlineSnapshot(`
      {
        "bindAddress": "192.168.0.100",
        "durationMs": 16200,
        "findings": [
          {
            "code": "symmetric",
            "facts": {
              "bindAddress": "192.168.0.100",
              "count": 1,
              "mappedPort": 43007,
              "port": 9001,
              "server": "stun.example",
              "sources": "198.51.100.10, 198.51.100.20",
            },
            "ports": [
              "udp/9001",
            ],
            "severity": "error",
          },
          {
            "code": "not-forwarded",
            "facts": {
              "bindAddress": "192.168.0.100",
              "count": 1,
              "server": "stun.example",
              "sources": "198.51.100.10, 198.51.100.20",
            },
            "ports": [
              "udp/9000",
            ],
            "severity": "error",
          },
          {
            "code": "process",
            "facts": {
              "bindAddress": "192.168.0.100",
              "count": 1,
              "pid": 812,
              "process": "asterisk",
              "server": "stun.example",
              "sources": "198.51.100.10, 198.51.100.20",
              "unit": "asterisk.service",
            },
            "ports": [
              "udp/5061",
            ],
            "severity": "warning",
          },
          {
            "code": "process",
            "facts": {
              "bindAddress": "192.168.0.100",
              "count": 1,
              "server": "stun.example",
              "sources": "198.51.100.10, 198.51.100.20",
            },
            "ports": [
              "udp/5062",
            ],
            "severity": "warning",
          },
          {
            "code": "server-unresolvable",
            "facts": {
              "bindAddress": "192.168.0.100",
              "count": 0,
              "host": "old.example",
              "server": "old.example",
              "sources": "198.51.100.10, 198.51.100.20",
            },
            "ports": [],
            "severity": "warning",
          },
        ],
        "loss": {
          "answered": 399,
          "sent": 400,
        },
        "mode": "bind",
        "plannedPorts": 5,
        "ports": [
          {
            "cause": null,
            "family": "ipv4",
            "mapped": "203.0.113.44:5060",
            "port": 5060,
            "process": null,
            "protocol": "udp",
            "result": "open",
            "rule": "open",
          },
          {
            "cause": "process",
            "family": "ipv4",
            "mapped": null,
            "port": 5061,
            "process": {
              "name": "asterisk",
              "pid": 812,
              "unit": "asterisk.service",
            },
            "protocol": "udp",
            "result": "in-use",
            "rule": "process",
          },
          {
            "cause": "process",
            "family": "ipv4",
            "mapped": null,
            "port": 5062,
            "process": null,
            "protocol": "udp",
            "result": "in-use",
            "rule": "process",
          },
          {
            "cause": "not-forwarded",
            "family": "ipv4",
            "mapped": "203.0.113.44:9000",
            "port": 9000,
            "process": null,
            "protocol": "udp",
            "result": "closed",
            "rule": "not-forwarded",
          },
          {
            "cause": "symmetric",
            "family": "ipv4",
            "mapped": "203.0.113.44:43007",
            "port": 9001,
            "process": null,
            "protocol": "udp",
            "result": "translated",
            "rule": "symmetric",
          },
        ],
        "publicAddresses": [
          "203.0.113.44",
        ],
        "reason": "some-ports",
        "schema": "fullcone.report/1",
        "servers": [
          {
            "address": "198.51.100.10",
            "detail": "no-response-port",
            "name": "stun.example",
            "otherAddress": "198.51.100.20:3479",
            "port": 3478,
            "state": "ok",
          },
          {
            "address": null,
            "detail": null,
            "name": "old.example",
            "otherAddress": null,
            "port": 3478,
            "state": "unresolvable",
          },
        ],
        "startedAt": "2026-11-20T09:47:12.345Z",
        "verdict": "unsupported",
        "version": "0.1.0",
      }
    `);
  });

  it('is valid by its JSON Schema', () => {
    expect([validate(JSON.parse(renderJson(report))), validate.errors]).toEqual([true, null]);
  });

  it('is valid with certificates, and with ports that show none', () => {
    const failed = { kind: 'failed', why: 'not-tls', code: 'ERR_SSL_WRONG_VERSION_NUMBER' } as const;
    const certificates = [
      certificateOf(443, { faults: ['expired', 'wrong-name'], daysLeft: -3 }),
      certificateOf(5061, { look: failed, daysLeft: null, hostName: null }),
    ];
    const full = buildReport(run, findFindings(run, contextOf(run, { ...meta, certificates })), {
      ...meta,
      certificates,
    });
    expect([validate(JSON.parse(renderJson(full))), validate.errors]).toEqual([true, null]);
    expect(full.certificates).toMatchObject([
      { port: 443, hostName: 'pbx.example.com', certificate: { daysLeft: -3, issuer: "R11 (Let's Encrypt)" } },
      { port: 5061, hostName: null, certificate: null, failure: { why: 'not-tls' } },
    ]);
    const wrong = full.certificates?.map((one) => ({ ...one, faults: ['gremlins'] }));
    expect(validate({ ...full, certificates: wrong })).toBe(false);
  });

  it('says nothing of certificates where nobody listens', () => {
    expect(buildReport(run, [], { ...meta, certificates: [] })).not.toHaveProperty('certificates');
  });

  it('may gain fields', () => {
    const more = { ...report, weather: 'x', ports: report.ports.map((port) => ({ ...port, note: 1 })) };
    expect(validate(more)).toBe(true);
  });

  it('may do without the fields that were added later', () => {
    const { version: _v, bindAddress: _b, plannedPorts: _p, loss: _l, ...old } = report;
    const ports = old.ports.map(({ rule: _, ...port }) => port);
    const servers = old.servers.map(({ detail: _, ...server }) => server);
    expect(validate({ ...old, ports, servers })).toBe(true);
  });

  const [port, server, finding] = [report.ports[0], report.servers[0], report.findings[0]];

  it.each<[string, object]>([
    ['another schema', { schema: 'fullcone.report/2' }],
    ['another verdict', { verdict: 'maybe' }],
    ['another reason', { reason: 'whatever' }],
    ['a local time', { startedAt: '2026-11-20 09:47' }],
    ['a negative duration', { durationMs: -1 }],
    ['no servers', { servers: null }],
    ['a server without name', { servers: [{ ...server, name: undefined }] }],
    ['a server in no state', { servers: [{ ...server, state: 'fine' }] }],
    ['port 0', { ports: [{ ...port, port: 0 }] }],
    ['port 65536', { ports: [{ ...port, port: 65536 }] }],
    ['half a port', { ports: [{ ...port, port: 5060.5 }] }],
    ['another result', { ports: [{ ...port, result: 'opened' }] }],
    ['no cause', { ports: [{ ...port, cause: undefined }] }],
    ['another cause', { ports: [{ ...port, cause: 'gremlins' }] }],
    ['a mapping that is an object', { ports: [{ ...port, mapped: { address: '203.0.113.44', port: 1 } }] }],
    ['another code', { findings: [{ ...finding, code: 'gremlins' }] }],
    ['another severity', { findings: [{ ...finding, severity: 'fatal' }] }],
    ['ports without protocol', { findings: [{ ...finding, ports: ['9000-9001'] }] }],
    ['facts that are no facts', { findings: [{ ...finding, facts: { list: [] } }] }],
  ])('is not valid with %s', (_, wrong) => {
    expect(validate(JSON.parse(JSON.stringify({ ...report, ...wrong })))).toBe(false);
  });

  it.each([
    'schema',
    'verdict',
    'reason',
    'startedAt',
    'durationMs',
    'mode',
    'servers',
    'publicAddresses',
    'ports',
    'findings',
  ])('is not valid without %s', (field) => {
    expect(validate({ ...report, [field]: undefined })).toBe(false);
  });
});

describe('as JSON', () => {
  it('is the same data', () => {
    const name = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(name, (version) => {
        const given: Report = { ...report, version };
        expect(JSON.parse(renderJson(given))).toEqual(given);
      }),
    );
  });

  it('does nothing to a terminal', () => {
    const text = renderJson({ ...report, version: '\u001b[2J\u009b31m\u202e\u2028\u{e0041}' });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text).toMatch(/^\{\n {2}"schema": "fullcone\.report\/1",\n/);
  });
});
