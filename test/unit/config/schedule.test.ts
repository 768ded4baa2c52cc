import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseDuration } from '../../../src/config/duration.ts';
import { parseListenAddress } from '../../../src/config/listen-address.ts';
import { nearest } from '../../../src/core/expression/nearest.ts';
import { parseSchedule } from '../../../src/config/schedule.ts';

it('reads durations in each unit, and nothing without one', () => {
  const good = {
    '500ms': 500,
    '10s': 10_000,
    '5m': 300_000,
    '12h': 43_200_000,
    '30d': 2_592_000_000,
    '1.5h': 5_400_000,
  };
  for (const [text, milliseconds] of Object.entries(good)) assert.equal(parseDuration(text), milliseconds);
  for (const text of [
    '',
    '10',
    's',
    '-1s',
    '1 s',
    '1w',
    '1S',
    '1e3s',
    '1s2m',
    'constructor',
    '0s',
    '0.0001ms',
    '99999999999999d',
  ]) {
    assert.equal(typeof parseDuration(text), 'string', text);
  }
});

it('reads intervals and cron expressions', () => {
  assert.deepEqual(parseSchedule('90s'), { kind: 'interval', milliseconds: 90_000 });
  for (const expression of ['0 3 * * *', '*/10 * * * * *', '0 4 * * SUN', '0 0 1,15 JAN-MAR *']) {
    assert.deepEqual(parseSchedule(expression), { kind: 'cron', expression });
  }
});

it('says what a schedule lacks', () => {
  const bad = {
    '25d': /too long for an interval/,
    '10': /not a duration; write a number with its unit/,
    '10 sec': /not a duration/,
    '60 * * * *': /"60" is not a valid minute \(0-59\)/,
    '0 3 32 13 9': /day of month .*month .*day of week/,
    '* * *': /neither an interval like 10s nor a cron expression/,
    hourly: /neither an interval/,
    '': /neither an interval/,
  };
  for (const [text, sentence] of Object.entries(bad)) {
    const answer = parseSchedule(text);
    assert.match(typeof answer === 'string' ? answer : 'accepted', sentence, text);
  }
});

it('reads addresses of IPv4, IPv6 and names', () => {
  assert.deepEqual(parseListenAddress('0.0.0.0:0'), { host: '0.0.0.0', port: 0 });
  assert.deepEqual(parseListenAddress('[::1]:9464'), { host: '::1', port: 9464 });
  assert.deepEqual(parseListenAddress('localhost:80'), { host: 'localhost', port: 80 });
  for (const text of [':9464', '9464', '::1:9464', 'a:b', 'a:65536', 'http://a:1', ''])
    assert.equal(typeof parseListenAddress(text), 'string', text);
});

it('finds the nearest name, and none when nothing is near', () => {
  const names = ['userName', 'displayName', 'title'];
  assert.equal(nearest('usrename', names), 'userName');
  assert.equal(nearest('TITLE', names), 'title');
  assert.equal(nearest('xyzzy', names), undefined);
  assert.equal(nearest('a'.repeat(5_000), names), undefined);
});
