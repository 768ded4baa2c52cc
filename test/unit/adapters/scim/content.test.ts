import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { contentOf, type Content } from '../../../../src/adapters/scim/http/content.ts';

const limit = 10_000;
const read = async (text: string | Buffer, type?: string, encoding?: string): Promise<Content> => {
  const content = await contentOf(Buffer.from(text), type, encoding, limit);
  return content.kind === 'json' ? { kind: 'json', body: content.body } : content;
};
const json: Content = { kind: 'json', body: { id: '1' } };

describe('what an answer carries', () => {
  it('is JSON whatever it is called, and with a byte order mark before it', async () => {
    for (const type of [
      'application/scim+json',
      'application/json; charset=utf-8',
      'text/plain',
      'text/html',
      'application/octet-stream',
      undefined,
    ]) {
      assert.deepEqual(await read('{"id":"1"}', type), json, type);
      assert.deepEqual(await read('\ufeff {"id":"1"}', type), json, type);
    }
  });

  it('is unpacked, whatever it is packed in, by the header or by how it begins', async () => {
    const text = '{"id":"1"}';
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['deflate', deflateRawSync(text)],
      ['br', brotliCompressSync(text)],
      ['deflate, gzip', gzipSync(deflateSync(text))],
      [undefined, gzipSync(text)],
      ['gzip', Buffer.from(text)], // unpacked on the way
    ] as const) {
      assert.deepEqual(await read(bytes, 'application/json', encoding), json, encoding);
    }
  });

  it('is not unpacked beyond all bounds', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * limit, ' '));
    assert.ok(bomb.length < limit);
    const content = await read(bomb, 'application/json', 'gzip');
    assert.deepEqual([content.kind, content.kind === 'foreign' && content.cut], ['foreign', true]);
  });

  it('is foreign when it is packed in what nobody knows, or in what it is not', async () => {
    for (const encoding of ['zstd', 'br', 'compress'])
      assert.equal((await read('{"id":"1"}', 'application/json', encoding)).kind, 'foreign', encoding);
  });

  it('is a page where it looks like one, and not because of its type', async () => {
    const isPage = async (text: string, type: string): Promise<boolean> => {
      const content = await read(text, type);
      return content.kind === 'foreign' && content.html;
    };
    for (const text of [
      '<!DOCTYPE html><p>',
      '<html>',
      '  <h1>Not Found</h1>',
      '404 page not found\n',
      'default backend - 404',
    ]) {
      for (const type of ['text/html', 'text/plain', 'application/json'])
        assert.ok(await isPage(text, type), `${text} ${type}`);
    }
    for (const text of ['OK', 'null', 'Not found']) assert.ok(!(await isPage(text, 'text/html')), text);
  });

  it('is nothing where there is nothing', async () => {
    for (const text of ['', ' \r\n', '\ufeff'])
      assert.deepEqual(await read(text, 'application/json', 'gzip'), { kind: 'none' });
  });
});
