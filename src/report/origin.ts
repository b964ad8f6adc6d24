import { clean, cleanPath } from './clean.ts';
import type { Phrases } from './phrases.ts';

/** Where the number of a port is from. */
export type ReportOrigin =
  | { readonly kind: 'configuration'; readonly file: string; readonly line: number }
  | { readonly kind: 'command-line'; readonly pid: number }
  /** The configuration leaves it out, and the product takes this then. */
  | { readonly kind: 'built-in' }
  /** The product's own API, at this address, under this name. */
  | { readonly kind: 'api'; readonly url: string; readonly key: string }
  /** Of the product as it is when installed. */
  | { readonly kind: 'profile'; readonly source: string };

/** Something about a configuration that may make what was found incomplete, or wrong. */
export interface ReportWarning {
  readonly code:
    | 'permission'
    | 'unreadable'
    | 'too-large'
    | 'too-much'
    | 'include-missing'
    | 'not-run'
    | 'syntax'
    | 'value'
    | 'no-configuration'
    | 'elsewhere'
    | 'in-database'
    | 'api'
    | 'no-media'
    | 'own-network';
  readonly file: string | null;
  readonly line: number | null;
  /** A name from there, or the system's code; may be empty. */
  readonly what: string;
}

export function originText(origin: ReportOrigin, phrases: Phrases): string {
  switch (origin.kind) {
    case 'configuration':
      return cleanPath(placeText(origin.file, origin.line));
    case 'command-line':
      return phrases.say('ports.origin.commandLine', { pid: origin.pid });
    case 'built-in':
      return phrases.say('ports.origin.builtIn');
    case 'api':
      return phrases.say('ports.origin.api', { url: cleanPath(origin.url), key: origin.key });
    case 'profile':
      return phrases.say('ports.origin.profile', { source: cleanPath(origin.source) });
  }
}

export function warningText({ code, file, line, what }: ReportWarning, phrases: Phrases): string {
  const text = phrases.say(`ports.warning.${code}`, { what: clean(what) });
  return file === null ? text : `${cleanPath(placeText(file, line))}: ${text}`;
}

const placeText = (file: string, line: number | null): string => (line === null ? file : `${file}:${line}`);
