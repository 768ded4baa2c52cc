import type { FileHandle } from 'node:fs/promises';
import { longestLine } from './bounds.ts';
import { invalid, throwIfInterrupted } from './invalid.ts';

/** A line as it was before it was folded (RFC 2849 note 2). Each character is one byte: folding may cut through one. */
export interface LdifLine {
  /** Where it starts in the file, from 1. */
  readonly number: number;
  /** Empty between records. Comments never come here. */
  readonly text: string;
}

/** The unfolded lines of a file, in portions as they come from the disk. */
export async function* readLines(
  file: FileHandle,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly LdifLine[]> {
  const unfolder = new Unfolder(path);
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, encoding: 'latin1' })) {
    throwIfInterrupted(signal, path);
    yield unfolder.take(String(chunk));
  }
  yield unfolder.end();
}

class Unfolder {
  readonly #path: string;
  /** The beginning of a physical line whose end has not come yet, as it came. */
  #rest: string[] = [];
  #number = 0;
  /** Characters of what is open: the last line, and the beginning of the next one. */
  #length = 0;
  /** The last line: the next one may continue it. */
  #open: { number: number; parts: string[] } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  take(chunk: string): LdifLine[] {
    const lines: LdifLine[] = [];
    let start = 0;
    // What came before is not looked through again: a line without end would cost the square of its length.
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const piece = [...this.#rest, chunk.slice(start, end)].join('');
      this.#rest = [];
      start = end + 1;
      this.#takeLine(piece.endsWith('\r') ? piece.slice(0, -1) : piece, lines);
    }
    this.#rest.push(chunk.slice(start));
    this.#grow(chunk.length - start);
    return lines;
  }

  end(): LdifLine[] {
    if (this.#rest.some((part) => part !== '')) {
      // RFC 2849 ends every line with a separator: without one the file was cut off, or nobody can know.
      throw invalid(
        this.#path,
        this.#number + 1,
        'the last line has no end: the file may have been cut off',
        'export it again, or end it with a line break',
      );
    }
    const lines: LdifLine[] = [];
    this.#close(lines);
    return lines;
  }

  #takeLine(text: string, lines: LdifLine[]): void {
    this.#number += 1;
    const line = this.#number === 1 ? this.#withoutMark(text) : text;
    // RFC 2849 folds with a space; older tools (Netscape, and mail programs on the way) write a tab.
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (this.#open === undefined)
        throw invalid(
          this.#path,
          this.#number,
          'a line that continues nothing',
          'remove the space or tab at its beginning',
        );
      this.#open.parts.push(line.slice(1));
      this.#grow(line.length);
      return;
    }
    this.#close(lines);
    if (line === '') lines.push({ number: this.#number, text: '' });
    else this.#open = { number: this.#number, parts: [line] };
  }

  #grow(characters: number): void {
    this.#length += characters;
    if (this.#length > longestLine)
      throw invalid(
        this.#path,
        this.#number + 1,
        `a line of more than ${longestLine / 1024 / 1024} MB`,
        'is this an LDIF file?',
      );
  }

  #close(lines: LdifLine[]): void {
    this.#length = 0;
    if (this.#open === undefined) return;
    const { number, parts } = this.#open;
    if (parts[0]?.startsWith('#') !== true) lines.push({ number, text: parts.join('') });
    this.#open = undefined;
  }

  /** UTF-8 may come with a byte order mark; Windows tools write UTF-16 when they are asked for Unicode. */
  #withoutMark(line: string): string {
    if (/^(?:\xff\xfe|\xfe\xff)/.test(line)) {
      throw invalid(this.#path, 1, 'the file is in UTF-16', 'save it as UTF-8 (ldifde: without -u)');
    }
    return line.replace(/^\xef\xbb\xbf/, '');
  }
}
