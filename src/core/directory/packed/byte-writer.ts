const utf8 = new TextEncoder();

/** Writes one record after the other into a piece of memory that grows when one does not fit. */
export class ByteWriter {
  bytes: Uint8Array;
  at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  /** Room for so many more. */
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A whole number below 2^32, in as many bytes as it takes: seven bits in each, the lowest first. */
  number(value: number): void {
    this.reserve(5);
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.bytes[this.at++] = left;
  }

  raw(values: Uint8Array): void {
    this.reserve(values.length);
    this.bytes.set(values, this.at);
    this.at += values.length;
  }

  /** One byte for each character. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let { at } = this;
    for (let index = 0; index < text.length; index += 1) bytes[at++] = text.charCodeAt(index);
    this.at = at;
  }

  /** @returns how many bytes it took */
  utf8(text: string): number {
    this.reserve(text.length * 3);
    const { written } = utf8.encodeInto(text, this.bytes.subarray(this.at));
    this.at += written;
    return written;
  }
}
