import { renderCodes, renderExplanation } from '../report/index.ts';
import { displayOf } from './display.ts';
import { sayMistake } from './say.ts';
import { type Context, EXIT } from './types.ts';

export interface ExplainCommand {
  /** As it was typed. */
  readonly code?: string;
  readonly lang?: string;
}

/** `fullcone explain CODE`: what a finding of that code means, and what to do; without a code, which codes there are. */
export async function explain({ code }: ExplainCommand, context: Context): Promise<number> {
  const { terminal, language } = context;
  const options = { ...displayOf(terminal), verbose: false };
  if (code === undefined) {
    terminal.out.write(await renderCodes(language, options));
    return EXIT.supported;
  }
  const text = await renderExplanation(code.trim().toLowerCase(), language, options);
  if (text === null) return sayMistake({ key: 'explain.unknown', facts: { given: code } }, context);
  terminal.out.write(text);
  return EXIT.supported;
}
