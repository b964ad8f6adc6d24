import { expect, it } from 'vitest';
import { html, jsonMarkup } from './markup.ts';

it('escapes whatever is put in, in text and in attributes, and markup not twice', () => {
  const inner = html`<b title="${'"\'<>&'}">${'<i>'}</b>`;
  expect(html`<p>${inner}${[inner, inner]}${7}${null}</p>`.markup).toBe(
    `<p>${'<b title="&quot;&#39;&lt;&gt;&amp;">&lt;i&gt;</b>'.repeat(3)}7</p>`,
  );
});

it('writes JSON in which nothing ends a script, or begins a comment, and which says the same', () => {
  for (const said of ['</script >', '</script\n', '<!--<script', ']]>', '&lt;', '\u2028\u2029']) {
    const { markup } = jsonMarkup({ [said]: [said] });
    expect(markup).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(markup)).toEqual({ [said]: [said] });
  }
});
