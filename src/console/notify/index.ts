/** Tells by mail and webhook what became of a check that nobody watched. */
import type { Report } from '../../report/index.ts';
import type { RunSummary, Settings } from '../api/index.ts';
import { type Handlers, json } from '../handler.ts';
import { withOldSecrets } from '../settings-secrets.ts';
import type { Store } from '../store/index.ts';
import { compared, isWorthTelling, type Message, messageOf, type News, testMessage } from './message.ts';
import { callWebhook, type Sent, sendMail } from './send.ts';

export interface NotifyTools {
  readonly store: Store;
  readonly report: (id: number) => Promise<Report | null>;
  /** Of the page of a run; null: nobody knows the address of the console. */
  readonly link: (id: number) => string | null;
  readonly now: () => Date;
}

/** The one before is looked for among so many. */
const REMEMBERED = 200;

/** Who began a run at the page sees what becomes of it. */
const isTold = ({ by, scope, state }: RunSummary): boolean =>
  by.kind !== 'user' && scope.kind === 'all' && state === 'finished';

/** To be called when a run is over. What could not be sent is noted. */
export async function tellOf(run: RunSummary, report: Report, tools: NotifyTools): Promise<void> {
  const { notifications } = await tools.store.settings();
  if (!isTold(run) || (!notifications.mail && !notifications.webhook)) return;
  const older = await tools.store.runs(run.id, REMEMBERED);
  const before = older.find((one) => isTold(one) && one.verdict !== 'cancelled') ?? null;
  const comparison = compared(before && (await tools.report(before.id)), report);
  const news: News = { run, before, comparison, link: tools.link(run.id) };
  if (!isWorthTelling(notifications.on, news)) return;
  const sent = await Promise.all(
    CHANNELS.map(
      async (channel) =>
        [channel, await send(channel, notifications, 'run', messageOf(news, notifications.language), news)] as const,
    ),
  );
  for (const [channel, one] of sent) if (one) await note(channel, one, run.id, tools);
}

const CHANNELS = ['mail', 'webhook'] as const;

/** null: nothing is to be sent there. */
const send = async (
  channel: (typeof CHANNELS)[number],
  { mail, webhook }: Settings['notifications'],
  kind: 'run' | 'test',
  message: Message,
  facts: object = {},
): Promise<Sent | null> => {
  if (channel === 'mail') return mail && (await sendMail(message, mail));
  return webhook && (await callWebhook(bodyOf(kind, { ...facts, ...message }), webhook));
};

const bodyOf = (kind: 'run' | 'test', facts: object): string =>
  JSON.stringify({ schema: 'fullcone.notification/1', kind, ...facts });

const note = (channel: string, sent: Sent, run: number, { store, now }: NotifyTools): Promise<void> =>
  store.note({
    at: now().toISOString(),
    by: 'console',
    what: sent.kind === 'ok' ? 'notification.sent' : 'notification.failed',
    facts: { channel, run, ...(sent.kind === 'ok' ? {} : { code: sent.error.code, detail: sent.error.detail }) },
    address: null,
  });

export const notifyHandlers = ({ store }: Pick<NotifyTools, 'store'>): Handlers<'testNotification'> => ({
  testNotification: async ({ body: { channel, settings } }) => {
    const whole = withOldSecrets(settings, (await store.settings()).notifications);
    const sent = await send(channel, whole, 'test', testMessage(whole.language));
    if (sent === null) return json({ kind: 'failed', code: 'not-set', detail: '' });
    return json(sent.kind === 'ok' ? { kind: 'sent' } : { kind: 'failed', ...sent.error });
  },
});
