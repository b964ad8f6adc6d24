/**
 * What the page can do besides being read: find ports. It reads the JSON that stands in the page, and writes text
 * alone, never markup. The page's policy names its hash (policy.ts): no other script runs.
 */
export const SCRIPT = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const [query, said, ranges, hits, rows] = ['query', 'said', 'ranges', 'hits', 'rows'].map((id) => document.getElementById(id));
  const SHOWN = 200;
  const portOf = ([protocol, from, , result, cause, seen], port) => ({
    protocol: data.protocols[protocol], port, result: data.results[result], cause: data.causes[cause],
    seen: seen === null ? '' : typeof seen === 'number' ? data.addresses[seen] + ':' + port : seen,
  });
  const wanted = (text) => {
    const parts = text.toLowerCase().split(/[\\s,]+/).filter(Boolean);
    const ranges = [];
    const words = [];
    for (const part of parts) {
      const numbers = /^(\\d{1,5})(?:-(\\d{1,5}))?$/.exec(part);
      const prefix = /^(\\d{1,4})\\*$/.exec(part);
      if (numbers) ranges.push((port) => port >= +numbers[1] && port <= +(numbers[2] || numbers[1]));
      else if (prefix) ranges.push((port) => String(port).startsWith(prefix[1]));
      else words.push(part);
    }
    return { ranges, words };
  };
  const fits = (run, words) => {
    const text = [data.protocols[run[0]], data.results[run[3]], data.causes[run[4]]].join(' ').toLowerCase();
    return words.every((word) => text.split(' ').some((one) => one.startsWith(word)));
  };
  const find = (text) => {
    const { ranges, words } = wanted(text);
    const found = [];
    let count = 0;
    for (const run of data.ports) {
      if (!fits(run, words)) continue;
      for (let port = run[1]; port <= run[2]; port++) {
        if (ranges.length > 0 && !ranges.some((has) => has(port))) continue;
        if (count++ < SHOWN) found.push(portOf(run, port));
      }
    }
    return { found, count };
  };
  const row = ({ protocol, port, result, cause, seen }) => {
    const tr = document.createElement('tr');
    const tone = data.tones[data.results.indexOf(result)];
    for (const [index, text] of [protocol, port, '1', result, cause, seen].entries()) {
      const td = document.createElement('td');
      if (index === 2) td.className = 'r';
      if (index === 3) td.className = 'st ' + tone;
      if (index === 5) td.className = 'mono';
      td.textContent = text;
      tr.append(td);
    }
    return tr;
  };
  const amount = (count) => count.toLocaleString(document.documentElement.lang);
  const search = () => {
    const text = query.value.trim();
    ranges.hidden = text !== '';
    hits.hidden = text === '';
    if (text === '') {
      said.textContent = data.words.hint;
      return;
    }
    const { found, count } = find(text);
    rows.replaceChildren(...found.map(row));
    const ports = (count === 1 ? data.words.one : data.words.other).replace('#', amount(count));
    said.textContent = count === 0 ? data.words.nothing
      : count > SHOWN ? data.words.first.replace('#', ports).replace('%', amount(SHOWN)) : ports;
    hits.hidden = count === 0;
  };
  query.addEventListener('input', search);
  document.getElementById('find').hidden = false;
})();
`;
