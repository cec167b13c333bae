import { expect, test } from 'vitest';
import { parseUrl } from '../../lib/url.ts';

test('an address is read the same however often it is read', () => {
  const hosts = Array.from({ length: 20_000 }, () => parseUrl('https://tráfico.example')?.hostname);
  expect(new Set(hosts)).toEqual(new Set(['xn--trfico-qta.example']));
});

test('what is no address gives nothing', () => {
  expect(parseUrl('traffic.example.org')).toBeUndefined();
  expect(parseUrl('/path', 'https://traffic.example.org')?.href).toBe('https://traffic.example.org/path');
});
