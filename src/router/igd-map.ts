import { isIpv4, type Protocol } from '../base/index.ts';
import type { HttpAnswer } from './http.ts';
import { actionRequest, readErrorCode, type WanService } from './igd.ts';
import type { MapEntry, MapOutcome, Mapping, MapTask } from './mapping.ts';
import { leavesOf } from './xml.ts';

/** What our mappings are called in the router: only those are deleted. Nothing in it is markup. */
export const DESCRIPTION = 'fullcone';

/** One action of WANIPConnection or WANPPPConnection. */
export type IgdQuestion =
  | { readonly action: 'add'; readonly mapping: Mapping; readonly lifetime: number }
  | { readonly action: 'delete'; readonly mapping: Mapping }
  | { readonly action: 'look'; readonly mapping: Mapping }
  | { readonly action: 'list'; readonly index: number };

export type IgdAnswer =
  /** An entry, to `look` and `list`; to the others it is null. */
  | { readonly kind: 'done'; readonly entry: MapEntry | null }
  /** Of UPnP, or of HTTP. */
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'no-answer' };

/** WANIPConnection:1 sections 2.4.15 to 2.4.18. `local`: our own address; a mapping is made for no other. */
export function igdRequest(service: WanService, question: IgdQuestion, local: string): Uint8Array {
  if (question.action === 'list')
    return actionRequest(service, 'GetGenericPortMappingEntry', [['NewPortMappingIndex', question.index]]);
  const { port, protocol } = question.mapping;
  const key = [
    ['NewRemoteHost', ''],
    ['NewExternalPort', port],
    ['NewProtocol', protocol.toUpperCase()],
  ] as const;
  if (question.action === 'delete') return actionRequest(service, 'DeletePortMapping', key);
  if (question.action === 'look') return actionRequest(service, 'GetSpecificPortMappingEntry', key);
  return actionRequest(service, 'AddPortMapping', [
    ...key,
    ['NewInternalPort', port],
    ['NewInternalClient', local],
    ['NewEnabled', 1],
    ['NewPortMappingDescription', DESCRIPTION],
    ['NewLeaseDuration', question.lifetime],
  ]);
}

/** Never throws. */
export function readIgd(answer: HttpAnswer | null, question: IgdQuestion): IgdAnswer {
  if (answer === null) return { kind: 'malformed' };
  if (answer.status !== 200) return { kind: 'refused', code: readErrorCode(answer.body) ?? answer.status };
  const fields = fieldsOf(answer.body);
  if (question.action === 'add' || question.action === 'delete')
    // A page that has nothing to do with it, such as one to sign in, is no yes.
    return fields.has(question.action === 'add' ? 'AddPortMappingResponse' : 'DeletePortMappingResponse')
      ? { kind: 'done', entry: null }
      : { kind: 'malformed' };
  const entry = entryOf(fields, question.action === 'look' ? question.mapping : null);
  return entry ? { kind: 'done', entry } : { kind: 'malformed' };
}

const LONGEST = 256;

function fieldsOf(xml: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const { name, text } of leavesOf(xml)) if (!fields.has(name)) fields.set(name, text.slice(0, LONGEST));
  return fields;
}

/** `of`: the mapping that was asked for; its answer does not name it again. */
function entryOf(fields: ReadonlyMap<string, string>, of: Mapping | null): MapEntry | null {
  const protocol = of?.protocol ?? protocolOf(fields.get('NewProtocol'));
  const externalPort = of?.port ?? numberOf(fields.get('NewExternalPort'), 65_535);
  const client = fields.get('NewInternalClient') ?? '';
  const clientPort = numberOf(fields.get('NewInternalPort'), 65_535);
  if (protocol === null || externalPort === null || clientPort === null || !isIpv4(client)) return null;
  return {
    ...{ protocol, externalPort, client, clientPort },
    enabled: !['0', 'false', 'no'].includes((fields.get('NewEnabled') ?? '1').toLowerCase()),
    description: fields.get('NewPortMappingDescription') ?? '',
    leaseSeconds: numberOf(fields.get('NewLeaseDuration'), 0xffff_ffff),
    remoteHost: fields.get('NewRemoteHost') ?? '',
  };
}

const protocolOf = (text = ''): Protocol | null => (/^udp$/i.test(text) ? 'udp' : /^tcp$/i.test(text) ? 'tcp' : null);

const numberOf = (text = '', most = 0): number | null =>
  /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : null;

/** Asks, hears the answer, and in the end knows what became of the mapping. */
export type IgdDialogue = Generator<IgdQuestion, MapOutcome, IgdAnswer>;

export const igdDialogueFor = (task: MapTask, mapping: Mapping, local: string): IgdDialogue =>
  task.kind === 'make' ? make(mapping, task.lifetime, local) : remove(mapping, local);

/** No entry: UPnP error 714, NoSuchEntryInArray. */
const NO_SUCH_ENTRY = 714;

/** One to one, for everybody, and switched on. */
export const leadsHere = (entry: MapEntry, local: string): boolean =>
  entry.client === local && entry.clientPort === entry.externalPort && entry.remoteHost === '' && entry.enabled;

const isOurs = (entry: MapEntry, local: string): boolean => entry.client === local && entry.description === DESCRIPTION;

/**
 * It looks first, since many a router lets a new mapping take the place of somebody else's; and afterwards, since a yes
 * is soon said. What then leads elsewhere has come of our asking, and is deleted.
 */
function* make(mapping: Mapping, lifetime: number, local: string): IgdDialogue {
  const before = yield { action: 'look', mapping };
  if (before.kind === 'malformed' || before.kind === 'no-answer') return { kind: before.kind };
  const wasFree = before.kind === 'done' || isNone(before);
  const held = before.kind === 'done' ? before.entry : null;
  if (held && !isOurs(held, local))
    return leadsHere(held, local) ? { kind: 'present' } : { kind: 'conflict', owner: held, left: null };
  const added = yield { action: 'add', mapping, lifetime };
  if (added.kind === 'malformed' || added.kind === 'no-answer') return { kind: added.kind };
  if (added.kind === 'refused') return yield* refused(mapping, added.code, lifetime);
  return yield* confirmed(mapping, lifetime, local, wasFree);
}

/** `wasFree`: nobody else had it before, so whoever has it now came of our asking. */
function* confirmed(mapping: Mapping, lifetime: number, local: string, wasFree: boolean): IgdDialogue {
  const after = yield { action: 'look', mapping };
  if (isNone(after)) return { kind: 'differs', left: false };
  // A router that cannot be asked for an entry has said yes, and that is all there is.
  if (after.kind !== 'done' || !after.entry) return { kind: 'made', lifetime };
  if (leadsHere(after.entry, local)) return { kind: 'made', lifetime: after.entry.leaseSeconds ?? lifetime };
  if (!wasFree) return { kind: 'conflict', owner: after.entry, left: null };
  const undone = yield { action: 'delete', mapping };
  return { kind: 'differs', left: undone.kind !== 'done' };
}

const isNone = (answer: IgdAnswer): boolean => answer.kind === 'refused' && answer.code === NO_SUCH_ENTRY;

/** Section 2.4.16.3 and, of version 2, 2.5.16.3. */
function* refused(mapping: Mapping, code: number, lifetime: number): IgdDialogue {
  if (code === 718 || code === 729) {
    const held = yield { action: 'look', mapping };
    return { kind: 'conflict', owner: held.kind === 'done' ? held.entry : null, left: null };
  }
  if (code === 606 || code === 401 || code === 403) return { kind: 'denied', code };
  if (code === 728) return { kind: 'no-resources', code };
  return code === 725 && lifetime > 0 ? { kind: 'permanent-only' } : { kind: 'failed', code };
}

/** Only what leads to this machine and bears our name. */
function* remove(mapping: Mapping, local: string): IgdDialogue {
  const held = yield { action: 'look', mapping };
  if (held.kind === 'malformed' || held.kind === 'no-answer') return { kind: held.kind };
  if (isNone(held)) return { kind: 'absent' };
  if (held.kind === 'refused') return { kind: 'failed', code: held.code };
  if (held.entry && !isOurs(held.entry, local)) return { kind: 'not-ours', owner: held.entry };
  const deleted = yield { action: 'delete', mapping };
  if (isNone(deleted)) return { kind: 'absent' };
  if (deleted.kind === 'done') return { kind: 'deleted' };
  if (deleted.kind === 'refused')
    return deleted.code === 606 ? { kind: 'denied', code: 606 } : { kind: 'failed', code: deleted.code };
  return { kind: deleted.kind };
}
