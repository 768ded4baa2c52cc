import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BridgeError } from '../../../src/core/model/errors.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { logLines } from '../../support/log-lines.ts';

describe('log', () => {
  it('writes one JSON object a line, with the time as ISO 8601 and the level as a word', () => {
    const { log, text, lines } = logLines();
    log.info({ event: 'started' }, 'hello');
    assert.match(text(), /^\{"level":"info","time":"\d{4}-\d\d-\d\dT[\d:.]+Z","event":"started","msg":"hello"\}\n$/);
    assert.equal(lines().length, 1);
  });

  it('is pretty on a terminal and JSON elsewhere when the format is auto', () => {
    const written = (isTTY: boolean): string => {
      let text = '';
      const destination = { isTTY, write: (line: string) => void (text += line) };
      createLog({ level: 'info', format: 'auto', destination }).info({ target: 'wiki' }, 'hello');
      return text;
    };
    assert.match(written(true), /hello/);
    assert.throws(() => void JSON.parse(written(true)));
    assert.match(written(false), /^\{.*"target":"wiki","msg":"hello"\}\n$/);
  });

  it('uses colours on a terminal only, and none with NO_COLOR', (context) => {
    const before = process.env['NO_COLOR'];
    context.after(() => {
      if (before === undefined) delete process.env['NO_COLOR'];
      else process.env['NO_COLOR'] = before;
    });
    const escapes = (isTTY: boolean): boolean => {
      let text = '';
      const destination = { isTTY, write: (line: string) => void (text += line) };
      createLog({ level: 'info', format: 'pretty', destination }).info('hello');
      return text.includes('\u001b[');
    };
    delete process.env['NO_COLOR'];
    assert.equal(escapes(true), true);
    assert.equal(escapes(false), false);
    process.env['NO_COLOR'] = '1';
    assert.equal(escapes(true), false);
  });

  it('hides values under secret keys at any depth, in fields and in child bindings', () => {
    const { log, text } = logLines();
    log.info({
      a: { b: [{ headers: { Authorization: 'canary-1' } }], bindPassword: 'canary-2' },
      access_token: 'canary-3',
    });
    log.child({ clientSecret: 'canary-4' }).info('child');
    assert.doesNotMatch(text(), /canary/);
    assert.match(text(), /"bindPassword":"\[redacted\]"/);
  });

  it('cuts errors down to code, message and remedy, wherever they stand', () => {
    const { log, lines, text } = logLines();
    const cause = new Error('canary cause');
    const error = Object.assign(new BridgeError('D2S_TARGET_AUTH', 'refused', 'check it', cause), {
      request: 'canary request',
    });
    log.error(error);
    log.error({ problem: error, nested: [new TypeError('odd')] }, 'trouble');
    assert.deepEqual(lines(), [
      { level: 'error', err: { code: 'D2S_TARGET_AUTH', message: 'refused', remedy: 'check it' }, msg: 'refused' },
      {
        level: 'error',
        problem: { code: 'D2S_TARGET_AUTH', message: 'refused', remedy: 'check it' },
        nested: [{ code: 'TypeError', message: 'odd' }],
        msg: 'trouble',
      },
    ]);
    assert.doesNotMatch(text(), /canary|stack/);
  });

  it('replaces known secrets and credentials in texts, whatever form they take', () => {
    const secret = 'cän"ary/+ 1';
    const { log, text } = logLines('debug', () => [secret, 'hi']);
    log.error(`said ${secret}`);
    log.error(new Error(`sent ${encodeURIComponent(secret)} and ${Buffer.from(secret).toString('base64')}`));
    log.debug({ detail: 'Authorization: Bearer eyJhbGciOi.abc and https://user:hunter22@host/' }, 'hi there');
    assert.equal(text().includes('ary'), false);
    assert.doesNotMatch(text(), /eyJhbGciOi|hunter22/);
    assert.match(text(), /"msg":"hi there"/, 'what is too short to be a secret blacks nothing out');
  });

  it('omits what it cannot look into', () => {
    const { log, text } = logLines();
    log.info({ map: new Map([['canary', 1]]), bytes: Buffer.from('canary'), when: new Date(0) });
    assert.match(text(), /"map":"\[omitted\]","bytes":"\[omitted\]"/);
  });
});
