import { useTranslation } from 'react-i18next';
import type { RunSummary } from '../../../src/console/api/index.ts';
import type { Tone } from './status.tsx';

export const runTone = (run: Pick<RunSummary, 'state' | 'verdict'> | null): Tone => {
  if (run?.state === 'running') return 'run';
  if (run?.verdict === 'supported') return 'ok';
  return run?.verdict === 'unsupported' ? 'bad' : 'idle';
};

interface RunWords {
  readonly verdict: (run: Pick<RunSummary, 'state' | 'verdict'>) => string;
  /** Without the verdict's word, which stands beside it. */
  readonly sentence: (run: RunSummary) => string;
}

/** What a run came to, in the words of the page. */
export function useRunWords(): RunWords {
  const { t, i18n } = useTranslation();
  const verdict: RunWords['verdict'] = (run) => t(run.verdict ? `verdict.${run.verdict}` : `run-state.${run.state}`);
  return {
    verdict,
    sentence: (run) => {
      const headline = run.headline?.[i18n.language === 'de' ? 'de' : 'en'];
      if (headline === undefined) return t(`state.${run.state}`);
      const [, sentence] = headline.split(/^[^:]+: /);
      return sentence ?? headline;
    },
  };
}
