/** How wide a line is where nobody says, or nobody looks. */
export const usualWidth = 80;

/** Columns that a text takes on a terminal: letters of East Asia take two, marks that go over others none. */
export function columns(text: string): number {
  let sum = 0;
  for (const letter of text) sum += /\p{Mn}/u.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return sum;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]/u;

/** The text, cut where it would not fit. */
export function fit(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let cut = '';
  for (const letter of text) {
    if (columns(cut) + columns(letter) > width - 1) break;
    cut += letter;
  }
  return `${cut}…`;
}

/** As many of the parts as fit into a line, and how many more there are. At least one is shown, cut if it has to be. */
export function fitParts(parts: readonly string[], width: number, separator = ', '): string {
  const whole = parts.join(separator);
  if (columns(whole) <= width) return whole;
  const moreText = (shown: number) => ` … and ${parts.length - shown} more`;
  for (let shown = parts.length - 1; shown > 0; shown -= 1) {
    const text = parts.slice(0, shown).join(separator) + moreText(shown);
    if (columns(text) <= width) return text;
  }
  const more = parts.length > 1 ? moreText(1) : '';
  return fit(parts[0] ?? '', width - columns(more)) + more;
}

/** A text in lines of this width, broken at spaces; all lines but the first are indented. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  const [, start = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  let line = start;
  for (const [place, word] of rest.split(' ').entries()) {
    const next = place === 0 ? line + word : `${line} ${word}`;
    if (place === 0 || columns(next) <= width) line = next;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}
