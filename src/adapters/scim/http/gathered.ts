/** Pieces that are kept as they come. An honest answer has fewer small ones. */
const mostAsTheyCome = 64;

/** Bytes of a piece that is worth an object of its own. */
const largePiece = 4_096;

/** Bytes that small pieces are copied into. */
const blockBytes = 65_536;

/** The pieces of an answer. Those of a few bytes are put together: each of them as an object would cost 100 times as much memory. */
export class Gathered {
  readonly #pieces: Buffer[] = [];
  #small = 0;
  #block: Buffer | undefined;
  #used = 0;

  add(piece: Buffer): void {
    if (piece.length < largePiece && (this.#small += 1) > mostAsTheyCome) this.#copy(piece);
    else {
      this.#closeBlock();
      this.#pieces.push(piece);
    }
  }

  whole(): Buffer {
    this.#closeBlock();
    return Buffer.concat(this.#pieces);
  }

  #copy(piece: Buffer): void {
    if (this.#used + piece.length > blockBytes) this.#closeBlock();
    this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
    this.#used += piece.copy(this.#block, this.#used);
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}
