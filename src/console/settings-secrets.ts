import type { Role, Settings } from './api/index.ts';

type Notifications = Settings['notifications'];

/**
 * What is sent out: with no password, and no key. The path of a webhook is its password with many who offer them: only who
 * may change it sees it.
 */
export function shownTo(role: Role, settings: Settings): Settings {
  const { mail, webhook } = settings.notifications;
  const shown = (url: string): string => (role === 'admin' ? url : `${new URL(url).origin}/`);
  const notifications = {
    ...settings.notifications,
    mail: mail && { ...mail, password: null },
    webhook: webhook && { url: shown(webhook.url), secret: null },
  };
  return { ...settings, notifications };
}

/**
 * null: as it was. But not for another server, or another way to it: whoever may change settings must not have the password
 * sent to a host of their own choice, nor in the clear.
 */
export function withOldSecrets(given: Notifications, stored: Notifications): Notifications {
  const { mail, webhook } = given;
  const { mail: old, webhook: oldHook } = stored;
  const isSameServer =
    mail?.host === old?.host &&
    mail?.port === old?.port &&
    mail?.user === old?.user &&
    mail?.security === old?.security;
  const isSameHook = webhook?.url === oldHook?.url;
  return {
    ...given,
    mail: mail && { ...mail, password: mail.password ?? (isSameServer ? (old?.password ?? null) : null) },
    webhook: webhook && { ...webhook, secret: webhook.secret ?? (isSameHook ? (oldHook?.secret ?? null) : null) },
  };
}
