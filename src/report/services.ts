import { clean } from './clean.ts';
import type { Report, ReportServices } from './contract.ts';
import type { Page } from './page.ts';
import type { Phrases } from './phrases.ts';
import { wrap } from './wrap.ts';

/** Of a log; the others are in the JSON report. */
const MOST_LINES = 3;

/** How long each service was down, and the last words of one that is not as it was. */
export function renderServices({ services }: Report, { phrases, width }: Page): string[] {
  if (!services || services.services.length + services.failures.length === 0) return [];
  const states = services.services.map((one) => [clean(one.service), stateOf(one, phrases)] as const);
  const widest = states.reduce((most, [name]) => Math.max(most, name.length), 0);
  const isTable = 2 * widest < width;
  const lines = states.flatMap(([name, state]) =>
    isTable ? wrap(state, width, `  ${name.padEnd(widest)}  `) : wrap(`${name}: ${state}`, width, '  '),
  );
  const said = services.failures.flatMap(({ service, lines: log }) =>
    log
      .slice(-MOST_LINES)
      .flatMap((line) =>
        wrap(phrases.say('services.said', { service: clean(service ?? ''), line: clean(line) }), width, '  '),
      ),
  );
  return [phrases.say('services.title'), ...lines, ...said];
}

function stateOf({ steps, downMs }: ReportServices['services'][number], phrases: Phrases): string {
  const has = (wanted: (typeof steps)[number]['step']) => steps.some(({ step }) => step === wanted);
  if (downMs === null) return phrases.say('services.notBack');
  if (!has('stopped')) return phrases.say('services.stayed');
  const seconds = phrases.amount(Math.round(downMs / 100) / 10);
  return has('held') ? phrases.say('services.held', { seconds }) : phrases.say('services.down', { seconds });
}
