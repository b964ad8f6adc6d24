import { useQueryClient } from '@tanstack/react-query';
import { type FocusEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { type Problem, SECTIONS, type SectionName, type Settings } from '../../../src/console/api/index.ts';
import { ask } from '../client/index.ts';
import { whatIsWrong } from './wrong.ts';

export interface Form<T> {
  readonly values: T;
  readonly set: (change: Partial<T>) => void;
  /** What is wrong with a field that somebody has left, or tried to save. */
  readonly wrong: (path: string) => string | null;
  /** How many answers differ from what is stored. */
  readonly changes: number;
  readonly isSaved: boolean;
  readonly isBusy: boolean;
  readonly problem: Problem | null;
  readonly save: () => Promise<boolean>;
  /** Whether all is as agreed; what is not says so. */
  readonly look: () => boolean;
  readonly discard: () => void;
  /** For the element around all fields: one that is left is looked at. */
  readonly onBlur: (event: FocusEvent) => void;
}

type Faults = Problem['fields'];

/** By the schema that the server has, too; `path` as the server says it. */
export function faultsOf(schema: z.ZodType, values: unknown): Faults {
  const read = schema.safeParse(values);
  return read.success ? [] : read.error.issues.map(({ path, code }) => ({ path: path.map(String).join('.'), code }));
}

const differ = (a: object, b: object): number =>
  Object.entries(a).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(b[key as keyof typeof b])).length;

/** One section of the settings, until it is saved as a whole. */
export function useSection<N extends SectionName>(section: N, stored: Settings[N]): Form<Settings[N]> {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Settings[N] | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tries, setTries] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const values = draft ?? stored;
  const faults = [...faultsOf(SECTIONS[section], values), ...(refused?.fields ?? [])];
  useEffect(() => {
    if (tries > 0) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);
  const over = (): void => {
    setDraft(null);
    setRefused(null);
    setLeft(new Set());
  };
  const tell = (): void => {
    setLeft(new Set(['*']));
    setTries(tries + 1);
  };
  const look = (): boolean => {
    const isFine = faultsOf(SECTIONS[section], values).length === 0;
    if (!isFine) tell();
    return isFine;
  };
  const save = async (): Promise<boolean> => {
    setRefused(null);
    if (!look()) return false;
    setBusy(true);
    const outcome = await ask('changeSettings', { params: { section }, body: { ...values } });
    setBusy(false);
    if (outcome.kind === 'done') {
      queries.setQueryData(['settings', {}], outcome.value);
      // When the next check begins, and which ports are meant, follow from them.
      for (const name of ['dashboard', 'planRun', 'ports'])
        queries.invalidateQueries({ queryKey: [name] }).catch(() => undefined);
      over();
      setSaved(true);
      return true;
    }
    setRefused(outcome.problem);
    tell();
    return false;
  };
  return {
    values,
    set: (change) => {
      setDraft({ ...values, ...change });
      setRefused(null);
      setSaved(false);
    },
    wrong: (path) => {
      const fault = faults.find((one) => one.path === path || one.path.startsWith(`${path}.`));
      return fault && (left.has('*') || left.has(path)) ? t(whatIsWrong(fault)) : null;
    },
    changes: differ(values, stored),
    ...{ isSaved, isBusy, problem: refused, save, look, discard: over },
    onBlur: ({ target }) => {
      const { name } = target as HTMLInputElement;
      if (name && draft !== null) setLeft(new Set([...left, name]));
    },
  };
}
