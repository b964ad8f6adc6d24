import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { State, User } from '../../../src/console/api/index.ts';
import { ask, keepCsrf } from './call.ts';

interface SessionOf {
  readonly state: State;
  readonly user: User | null;
  readonly isAdmin: boolean;
  /** After signing in, or setting up. */
  readonly enter: (state: State) => void;
  readonly leave: () => Promise<void>;
}

const Context = createContext<SessionOf | null>(null);

/** The session is over: the door again, and nothing is kept that the next to come in may not see. */
export function forgetWho(queries: QueryClient): void {
  const isState = ({ queryKey: [name] }: { readonly queryKey: readonly unknown[] }): boolean => name === 'state';
  queries.setQueryData<State>(['state', {}], (known) => known && { ...known, user: null, csrf: null });
  queries.removeQueries({ predicate: (query) => !isState(query) });
}

export function Session({ state, children }: { readonly state: State; readonly children: ReactNode }) {
  const queries = useQueryClient();
  const { i18n } = useTranslation();
  const language = state.user?.language;
  keepCsrf(state.csrf);
  useEffect(() => {
    if (language !== undefined) i18n.changeLanguage(language).catch(() => undefined);
  }, [language, i18n]);
  const enter = (next: State): void => {
    keepCsrf(next.csrf);
    queries.setQueryData(['state', {}], next);
  };
  const leave = async (): Promise<void> => {
    await ask('signOut', {});
    queries.clear();
    window.location.assign('/');
  };
  const value = { state, user: state.user, isAdmin: state.user?.role === 'admin', enter, leave };
  return <Context value={value}>{children}</Context>;
}

export function useSession(): SessionOf {
  const session = useContext(Context);
  if (session === null) throw new Error('outside of a session');
  return session;
}
