import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify } from '../../../../src/adapters/scim/http/classify.ts';
import { isRefusal, type Body, type ScimRequest } from '../../../../src/adapters/scim/shared/message.ts';
import type { Content } from '../../../../src/adapters/scim/http/content.ts';
import type { Reply } from '../../../../src/adapters/scim/http/transport.ts';

const json = (body: Body): Content => ({ kind: 'json', body });
const page: Content = { kind: 'foreign', what: 'an HTML page', html: true };
const none: Content = { kind: 'none' };

function judge(request: Partial<ScimRequest>, status: number, content: Content = none, retryAfter?: string): string {
  const reply: Reply = {
    kind: 'answer',
    status,
    etag: undefined,
    location: undefined,
    retryAfter,
    date: undefined,
    content,
  };
  const result = classify(
    reply,
    { method: 'GET', path: '/Users/1', subject: 'resource', maxBytes: 1, ...request },
    'https://x.example',
    [],
  );
  return isRefusal(result) ? result.class : 'success';
}

describe('what an answer means', () => {
  const get = {};
  const post = { method: 'POST', path: '/Users', subject: 'endpoint' } as const;
  const list = { path: '/Users', subject: 'endpoint' } as const;
  const discovery = { path: '/Schemas', subject: 'discovery' } as const;

  it('follows the table', () => {
    const table: readonly (readonly [Partial<ScimRequest>, number, Content, string])[] = [
      [get, 200, json({ id: '1' }), 'success'],
      [get, 204, none, 'success'],
      [get, 200, page, 'protocol'],
      [get, 302, none, 'protocol'],
      [get, 401, none, 'auth'],
      [get, 403, none, 'rejected'],
      [discovery, 403, none, 'auth'],
      [get, 404, none, 'gone'],
      [get, 404, json({}), 'gone'],
      [get, 410, json({}), 'gone'],
      [get, 404, page, 'protocol'],
      [list, 404, json({}), 'unsupported'],
      [discovery, 404, page, 'unsupported'],
      [get, 405, none, 'unsupported'],
      [get, 501, none, 'unsupported'],
      [get, 409, none, 'conflict'],
      [get, 400, json({ scimType: 'Uniqueness' }), 'conflict'],
      [get, 400, json({ scimType: 'invalidValue' }), 'rejected'],
      [get, 413, none, 'rejected'],
      [get, 429, none, 'throttled'],
      [get, 503, none, 'throttled'],
      [get, 408, none, 'transient'],
      [get, 500, page, 'transient'],
      [post, 201, json({ id: '1' }), 'success'],
      [post, 201, page, 'unknown'],
      [post, 200, page, 'protocol'],
      [post, 200, { kind: 'foreign', what: 'text that is not JSON', html: false }, 'unknown'],
      [post, 429, none, 'throttled'],
      [post, 503, none, 'unknown'],
      [post, 502, page, 'unknown'],
      [post, 408, none, 'unknown'],
      [post, 400, json({ detail: 'A user with this e-mail already exists.' }), 'conflict'],
      [post, 422, json({ message: 'userName is already taken' }), 'conflict'],
      [post, 400, json({ detail: 'userName is missing' }), 'rejected'],
      [get, 400, json({ detail: 'there is already one: it already exists' }), 'rejected'],
    ];
    for (const [request, status, content, expected] of table) {
      assert.equal(judge(request, status, content), expected, `${request.method ?? 'GET'} ${status} ${content.kind}`);
    }
    assert.equal(judge(post, 503, none, '5'), 'throttled');
  });

  it("is told in the target's own words where it has some", () => {
    const words = (body: Body): string => {
      const reply: Reply = {
        kind: 'answer',
        status: 400,
        etag: undefined,
        location: undefined,
        retryAfter: undefined,
        date: undefined,
        content: json(body),
      };
      const result = classify(
        reply,
        { method: 'GET', path: '', subject: 'resource', maxBytes: 1 },
        'https://x.example',
        [],
      );
      return isRefusal(result) ? result.detail : '';
    };
    assert.equal(words({ detail: 'no such team', scimType: 'invalidValue' }), 'invalidValue: no such team');
    assert.equal(words({ code: 300, message: 'Zoom says no' }), 'Zoom says no');
    assert.equal(words({ Errors: [{ description: 'SCIM 1.1 says no' }] }), 'SCIM 1.1 says no');
    assert.equal(words({ type: 'about:blank', title: 'Not like this' }), 'Not like this');
    assert.equal(words({ detail: ['no such team', 'no such person'] }), 'no such team; no such person');
    assert.equal(words({ error: { code: 403, message: 'not on your plan' } }), 'not on your plan');
    assert.equal(words({}), 'HTTP 400');
  });

  it('is told in the words of a text or page that refuses', () => {
    const words = (status: number, says: string, html: boolean): string => {
      const content: Content = {
        kind: 'foreign',
        what: html ? 'an HTML page' : 'text/plain in place of JSON',
        html,
        says,
      };
      const reply: Reply = {
        kind: 'answer',
        status,
        etag: undefined,
        location: undefined,
        retryAfter: undefined,
        date: undefined,
        content,
      };
      const result = classify(
        reply,
        { method: 'GET', path: '', subject: 'resource', maxBytes: 1 },
        'https://x.example',
        ['s3cret'],
      );
      return isRefusal(result) ? result.detail : '';
    };
    assert.equal(words(403, 'SCIM is not enabled on your plan\n', false), 'SCIM is not enabled on your plan');
    const head = '<!doctype html><html><head><title>Forbidden</title><style>p { color: red }</style></head>';
    assert.equal(
      words(403, `${head}<body><p>Not &amp; never on\u001b[31m your plan, s3cret</p></body>`, true),
      'an HTML page: Forbidden Not & never on your plan, ***',
    );
    assert.equal(words(400, '<html><script>var cut = 1', true), 'HTTP 400 with an HTML page');
    assert.equal(words(404, '<h1>nginx</h1>', true), 'HTTP 404 with an HTML page');
    assert.equal(words(502, '<h1>nginx</h1>', true), 'HTTP 502 with an HTML page');
  });
});
