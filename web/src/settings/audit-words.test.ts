import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/console/api/index.ts';
import de from '../texts/de.json';
import en from '../texts/en.json';
import { besideOf, byWords, type Words } from './audit-words.ts';
import ownDe from './texts/de.json';
import ownEn from './texts/en.json';

const resources = { en: { translation: { ...en, ...ownEn } }, de: { translation: { ...de, ...ownDe } } };

type Line = Pick<AuditEntry, 'what' | 'facts'>;

async function sayIn(lng: string) {
  const i18n = createInstance();
  await i18n.init({ lng, resources, interpolation: { escapeValue: false } });
  const say = (one: Words | string): string => (typeof one === 'string' ? one : i18n.t([...one.keys], one.facts));
  return ({ what, facts }: Line): string => {
    const { about, why, said } = besideOf({ id: 1, at: '', by: 'ada', address: null, what, facts });
    return [about.map(say).join(', '), why && say(why), said].filter((part) => part).join(' | ');
  };
}

test.each<[Line, string, string]>([
  [{ what: 'user.added', facts: { id: 2, name: 'bob', role: 'viewer' } }, 'bob, viewer', 'bob, Betrachter'],
  [
    { what: 'user.changed', facts: { id: 2, name: 'bob', role: 'admin', password: true } },
    ...(['bob, admin, new password', 'bob, Admin, neues Passwort'] as const),
  ],
  [{ what: 'user.removed', facts: { id: 2 } }, 'no. 2', 'Nr. 2'],
  [{ what: 'settings.changed', facts: { section: 'general' } }, 'Language and data', 'Sprache und Daten'],
  [{ what: 'run.started', facts: { id: 7, joined: false } }, 'run 7', 'Lauf 7'],
  [
    { what: 'run.started', facts: { id: 7, joined: true } },
    ...(['run 7, joined the one that was going on', 'Lauf 7, der laufenden angeschlossen'] as const),
  ],
  [
    { what: 'schedule.refused', facts: { code: 'run-in-progress', run: 7 } },
    ...(['Run 7 was still going on.', 'Lauf 7 war noch im Gange.'] as const),
  ],
  [
    { what: 'schedule.refused', facts: { code: 'cannot-run', why: 'sockets', free: 10, needed: 20 } },
    'This check needs 20 sockets, and the console may open 10.',
    'Diese Prüfung braucht 20 Sockets, und die Konsole darf 10 öffnen.',
  ],
  [
    { what: 'schedule.refused', facts: { code: 'cannot-run', why: 'live-permission', reason: 'EPERM' } },
    expect.stringMatching(/^This machine does not allow .* \(EPERM\)/) as string,
    expect.stringMatching(/\(EPERM\)/) as string,
  ],
  [
    { what: 'schedule.refused', facts: { code: 'internal' } },
    'A fault in the console; its own output says more.',
    'Ein Fehler in der Konsole; mehr steht in ihrer eigenen Ausgabe.',
  ],
  [
    { what: 'notification.failed', facts: { channel: 'mail', run: 3, code: 'not-accepted', detail: '550 no' } },
    'by mail, run 3 | The server did not take the message. | 550 no',
    'per Mail, Lauf 3 | Der Server nahm die Nachricht nicht an. | 550 no',
  ],
  [{ what: 'what.comes', facts: { later: 1, nothing: null } }, 'later: 1', 'later: 1'],
])('%j in both languages', async (line, english, german) => {
  expect([(await sayIn('en'))(line), (await sayIn('de'))(line)]).toEqual([english, german]);
});

test('the console and its tokens have words, users their names', () => {
  expect([byWords('ada'), byWords('console'), byWords('token nagios')]).toEqual([
    'ada',
    { keys: ['audit.by.console'], facts: {} },
    { keys: ['audit.by.token'], facts: { name: 'nagios' } },
  ]);
});
