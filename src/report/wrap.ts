/** Lines of at most `width` columns; all but the first are indented like the text after `first`. */
export function wrap(text: string, width: number, first = ''): string[] {
  const indent = ' '.repeat(first.length);
  const room = Math.max(10, width - first.length);
  return fold(text, room).map((line, index) => (index === 0 ? first : indent) + line);
}

function fold(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((word) => chop(word, room))) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Only a word that fits on no line is cut. */
function chop(word: string, room: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < word.length; start += room) parts.push(word.slice(start, start + room));
  return parts.length > 0 ? parts : [''];
}
