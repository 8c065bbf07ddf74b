import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { isAllowed, namesForbidden } from '../../src/webhooks/addresses.ts';

describe('an address', () => {
  test.each(['8.8.8.8', '2001:4860:4860::8888', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isAllowed(address, [])).toBe(true);
  });

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('%s is not', (address) => {
    expect(isAllowed(address, [])).toBe(false);
  });

  test('is allowed in the operator’s blocks, in whatever form', () => {
    const allowed = ['10.0.0.0/8', 'fd00::/8'].map((block) => ipaddr.parseCIDR(block));
    const addresses = ['10.9.9.9', '::ffff:10.9.9.9', 'fd00::1', '11.0.0.1'];
    expect(addresses.every((address) => isAllowed(address, allowed))).toBe(true);
    expect(isAllowed('192.168.0.1', allowed)).toBe(false);
  });
});

describe('a URL', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0',
    '①②⑦.0.0.1',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[fd00::1]',
    '169.254.169.254',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
  ])('to %s names what is forbidden', (host) => {
    expect(namesForbidden(`http://${host}/`, [])).toBe(true);
  });

  test.each(['receiver.example', '8.8.8.8', '[2001:4860:4860::8888]', 'localhost.example'])(
    'to %s does not',
    (host) => {
      expect(namesForbidden(`http://${host}/`, [])).toBe(false);
    },
  );
});
