import { familyOf } from '../../base/index.ts';

/** 1 to 65535; null: it is none. */
export function portIn(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** An address on which something listens, and its port; null for what is left out. */
export interface Bound {
  readonly address: string | null;
  readonly port: number | null;
}

/** `0.0.0.0:5060`, `[::]:5060`, `::`, `192.168.0.100`, `pbx.example.com:5060`, `:7443`; null: none of these. */
export function boundIn(text: string): Bound | null {
  const trimmed = text.trim();
  if (familyOf(trimmed) === 'ipv6') return { address: specific(trimmed), port: null };
  const [, inBrackets, plain, port] = /^(?:\[([^\]]*)\]|([\w.*-]*))(?::(\d{1,5}))?$/.exec(trimmed) ?? [];
  const host = inBrackets ?? plain;
  if (host === undefined || (host === '' && port === undefined)) return null;
  if (inBrackets !== undefined && familyOf(inBrackets) !== 'ipv6') return null;
  // Port 0 stands for the usual one.
  if (port !== undefined && Number(port) > 65_535) return null;
  return { address: specific(host), port: Number(port ?? 0) || null };
}

/** null: on all addresses. */
const specific = (host: string): string | null => (['', '*', '0.0.0.0', '::'].includes(host) ? null : host);

/** Asterisk's and Kamailio's words for it, and those of others. */
export const isYes = (text: string): boolean => /^(?:yes|true|y|t|1|on)$/i.test(text.trim());
