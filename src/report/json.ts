import type { Comparison } from './compare.ts';
import type { Report } from './contract.ts';
import type { MapReport } from './map.ts';
import type { NatReport } from './nat.ts';
import type { PortsReport } from './ports.ts';

/** What JSON leaves as it is although a terminal may obey it: C1 controls, overrides of writing direction. */
const INVISIBLE = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu;

/** Two spaces of indent, one newline at the end. The same data for every reader, harmless on a terminal. */
export const renderJson = (report: Report): string => toJson(report);

/** The same for `fullcone nat`. */
export const renderNatJson = (report: NatReport): string => toJson(report);

/** The same for `fullcone ports`. */
export const renderPortsJson = (report: PortsReport): string => toJson(report);

/** The same for `fullcone map`. */
export const renderMapJson = (report: MapReport): string => toJson(report);

/** The same for `fullcone compare`. */
export const renderComparisonJson = (comparison: Comparison): string => toJson(comparison);

const toJson = (value: object): string =>
  `${JSON.stringify(value, null, 2).replace(INVISIBLE, (character) => character.split('').map(escaped).join(''))}\n`;

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
