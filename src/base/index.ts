/** The words that every room uses: endpoints, port ranges, time, results. It imports nothing. */
export { assertNever } from './assert.ts';
export { type Endpoint, endpoint, formatEndpoint, sameEndpoint } from './endpoint.ts';
export { canonicalIp, type Family, familyOf, formatIp, isIpv4, parseIp } from './ip.ts';
export { asList, asRecord, textToValue } from './json.ts';
export { type JsonProblem, parseJson } from './json-text.ts';
export {
  formatRanges,
  haveOneOf,
  joinRanges,
  neighboursIn,
  type PortListError,
  type PortRange,
  type Protocol,
  parsePorts,
  portLabel,
  portsOf,
  rangeLabel,
  toRanges,
} from './ports.ts';
export { type Enclosure, enclosure, type Probe, withoutLone, worstOf } from './probes.ts';
export { err, ok, type Result } from './result.ts';
export { ANY, isAnyAddress, prefixOf, type Scope, scopeOf, wrappedIpv4 } from './scope.ts';
export { faultIn, type JsonSchema } from './shape.ts';
export { isSilence } from './silence.ts';
export { type Milliseconds, TOKEN_LASTS } from './time.ts';
