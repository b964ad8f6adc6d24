import type { Family, PortRange } from '../../base/index.ts';
import { type Libc, SOCK_CLOEXEC, SOCK_NONBLOCK } from './libc.ts';

/** A rule of Linux's routing (ip-rule(8)) that looks at port numbers. */
export interface PortRoutingRule {
  /** Of TCP and others, too, where it does not say. */
  readonly protocol: number | null;
  /** null: any. */
  readonly source: PortRange | null;
}

const [AF_NETLINK, SOCK_RAW, NETLINK_ROUTE] = [16, 3, 0];
const AF = { ipv4: 2, ipv6: 10 } as const;
/** rtnetlink(7), netlink(7). */
const [RTM_NEWRULE, RTM_GETRULE, NLMSG_DONE] = [32, 34, 3];
const REQUEST_DUMP = 0x0301;
const [HEADER, RULE_HEADER] = [16, 12];
/** linux/fib_rules.h: FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE, and the mask of newer kernels. */
const [IP_PROTO, SPORT_RANGE, DPORT_RANGE, SPORT_MASK] = [22, 23, 24, 28];
/** It compares the whole number. */
const WHOLE_MASK = 0xffff;
const UDP = 17;
const EVERY: PortRange = { from: 1, to: 65_535 };
/** As much as the kernel tells at a time. */
const BUFFER = 32_768;
const MOST_MESSAGES = 256;

/**
 * Those of these UDP ports for which this machine's routing has rules of their own: the kernel does not ask raw sockets
 * for a port when it looks for their way. Where it does not tell its rules there are none that are known.
 */
export function routedByPort(libc: Libc, family: Family, udp: readonly PortRange[]): readonly PortRange[] {
  return concerned(dumpRules(libc, family).flatMap(readRules), udp);
}

/** A rule that looks at where packets go concerns whoever sends them. */
export function concerned(rules: readonly PortRoutingRule[], udp: readonly PortRange[]): readonly PortRange[] {
  const sources = rules.flatMap(({ protocol, source }) =>
    protocol === null || protocol === UDP ? [source ?? EVERY] : [],
  );
  return udp.filter(({ from, to }) => sources.some((source) => source.from <= to && from <= source.to));
}

/** Of one answer of the kernel: those rules in it that look at ports. */
export function readRules(bytes: Uint8Array): readonly PortRoutingRule[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rules: PortRoutingRule[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    const rule = view.getUint16(at + 4, true) === RTM_NEWRULE ? readRule(view, at, at + length) : null;
    if (rule) rules.push(rule);
    at += aligned(length);
  }
  return rules;
}

function readRule(view: DataView, start: number, end: number): PortRoutingRule | null {
  let [protocol, source]: [number | null, PortRange | null] = [null, null];
  let [looks, isMasked] = [false, false];
  for (let at = start + HEADER + RULE_HEADER; at + 4 <= end; ) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > end) break;
    const type = view.getUint16(at + 2, true);
    if (type === IP_PROTO) protocol = view.getUint8(at + 4);
    if (type === SPORT_RANGE) source = { from: view.getUint16(at + 4, true), to: view.getUint16(at + 6, true) };
    // Which ports fit under a mask is not worth a sum: any may.
    if (type === SPORT_MASK) isMasked = view.getUint16(at + 4, true) !== WHOLE_MASK;
    looks ||= type === SPORT_RANGE || type === DPORT_RANGE;
    at += aligned(length);
  }
  return looks ? { protocol, source: isMasked ? null : source } : null;
}

const aligned = (length: number): number => (length + 3) & ~3;

/** All rules of a family, as the kernel tells them to anybody. */
function dumpRules(libc: Libc, family: Family): readonly Uint8Array[] {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return [];
  try {
    return libc.send(fd, requestFor(family)) < 0 ? [] : received(libc, fd);
  } finally {
    libc.close(fd);
  }
}

/** struct nlmsghdr, and struct fib_rule_hdr. */
function requestFor(family: Family): Buffer {
  const request = Buffer.alloc(HEADER + RULE_HEADER);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(RTM_GETRULE, 4);
  request.writeUInt16LE(REQUEST_DUMP, 6);
  request.writeUInt8(AF[family], HEADER);
  return request;
}

/** The kernel has each part ready when it is asked for. */
function received(libc: Libc, fd: number): readonly Uint8Array[] {
  const buffer = Buffer.alloc(BUFFER);
  const parts: Uint8Array[] = [];
  while (parts.length < MOST_MESSAGES) {
    const length = libc.recv(fd, buffer);
    if (length < HEADER) break;
    parts.push(Uint8Array.prototype.slice.call(buffer, 0, length));
    if (buffer.readUInt16LE(4) === NLMSG_DONE) break;
  }
  return parts;
}
