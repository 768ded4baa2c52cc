import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyFromEnvironment } from '../../../src/config/proxy-environment.ts';

const proxy = { https_proxy: 'http://proxy.example:3128' };
const target = 'https://wiki.example/scim';

describe('the proxy of the environment', () => {
  it('is that for the scheme, small letters before capitals', () => {
    const all = { HTTPS_PROXY: 'http://b:1', https_proxy: 'http://a:1', HTTP_PROXY: 'http://c:1' };
    assert.deepEqual(proxyFromEnvironment(target, all), { url: 'http://a:1' });
    assert.deepEqual(proxyFromEnvironment(target, { HTTPS_PROXY: 'https://b' }), { url: 'https://b' });
    assert.deepEqual(proxyFromEnvironment('http://wiki.example/', all), { url: 'http://c:1' });
    assert.equal(proxyFromEnvironment(target, { HTTP_PROXY: 'http://c:1' }), undefined);
    assert.equal(proxyFromEnvironment(target, { https_proxy: '', HTTPS_PROXY: 'http://b:1' }), undefined);
    assert.equal(proxyFromEnvironment(target, {}), undefined);
  });

  it('may leave out the scheme, and may carry a login', () => {
    assert.deepEqual(proxyFromEnvironment(target, { HTTPS_PROXY: 'proxy.example:3128' }), {
      url: 'http://proxy.example:3128',
    });
    assert.deepEqual(proxyFromEnvironment(target, { HTTPS_PROXY: 'http://svc:p%40ss@proxy.example:3128/' }), {
      url: 'http://proxy.example:3128',
      login: { username: 'svc', password: 'p@ss' },
    });
  });

  it('is refused when it is none, without repeating it', () => {
    for (const value of [
      'socks5://user:secret@proxy',
      'http://',
      '://secret',
      'http://a:secret@b:99999',
      'http://a:%E0%A4%A@proxy',
    ]) {
      assert.throws(
        () => proxyFromEnvironment(target, { https_proxy: value }),
        (error: Error) =>
          'code' in error &&
          error.code === 'D2S_CONFIG_INVALID' &&
          /https_proxy/.test(error.message) &&
          !/secret/.test(error.message),
        value,
      );
    }
  });

  it('is never on the way to loopback', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost'])
      assert.equal(proxyFromEnvironment(`https://${host}:8443/`, proxy), undefined, host);
  });

  const exempt: readonly (readonly [list: string, url: string])[] = [
    ['*', target],
    ['wiki.example', target],
    ['WIKI.example.', 'https://Wiki.Example./scim'],
    ['example', target],
    ['.example', target],
    ['*.example', target],
    ['other.example, wiki.example', target],
    ['other.example wiki.example', target],
    ['wiki.example:443', target],
    ['wiki.example:8443', 'https://wiki.example:8443/'],
    ['10.0.0.0/8', 'https://10.20.30.40/'],
    ['10.1.2.3', 'https://10.1.2.3/'],
    ['fd00::/8', 'https://[fd00::1]/'],
    ['fd00::1', 'https://[fd00::1]/'],
    ['[fd00::1]:443', 'https://[fd00::1]/'],
  ];
  for (const [list, url] of exempt) {
    it(`is left out for ${url} by NO_PROXY=${list}`, () => {
      assert.equal(proxyFromEnvironment(url, { ...proxy, NO_PROXY: list }), undefined);
    });
  }

  const meant: readonly (readonly [list: string, url: string])[] = [
    ['', target],
    [',', target],
    ['iki.example', target],
    ['wiki.example.org', target],
    ['wiki.example:8443', target],
    ['*:8443', target],
    ['10.0.0.0/8', 'https://11.0.0.1/'],
    ['0.0.1', 'https://10.0.0.1/'],
    ['10.0.0.0/99', 'https://10.0.0.1/'],
    ['10.0.0.0/8', target],
    ['.', target],
  ];
  for (const [list, url] of meant) {
    it(`is used for ${url} in spite of NO_PROXY=${list}`, () => {
      assert.deepEqual(proxyFromEnvironment(url, { ...proxy, no_proxy: list, NO_PROXY: '*' }), {
        url: 'http://proxy.example:3128',
      });
    });
  }
});
