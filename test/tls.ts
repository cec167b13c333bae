import { createPrivateKey } from 'node:crypto';

/** A certificate for 127.0.0.1 that no authority signed, valid until 2124. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdDCCARqgAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVBIHBsYXRm
b3JtIG9mIG91ciBvd24wIBcNMjQwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBa
MCAxHjAcBgNVBAMMFUEgcGxhdGZvcm0gb2Ygb3VyIG93bjBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABN6wkekOZaQX6FJX2UfUfklLAQXwnptekXaVz2XRtBARgnMh
1pW8El4068Gg5o1k1ej8VcLZgW6syLxhQW4VgBujQzBBMA8GA1UdEQQIMAaHBH8A
AAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUorJF+xpDM7+9I8KjHT+J4aZk
iMUwCgYIKoZIzj0EAwIDSAAwRQIgBIt8Kat7laZF96aGPvXBuBxRTC5Ww7OnJzw+
Bew+MdACIQC3N34Bzait0LzhtBKi4uSA4Di8so818LNbwf214gxYIQ==
-----END CERTIFICATE-----
`;

const KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4hwKHNhheFnvg47k4hfzYsQgYh3KXVE9Ie2CLMA8sLOhRANCAATesJHpDmWkF+hSV9lH1H5JSwEF8J6bXpF2lc9l0bQQEYJzIdaVvBJeNOvBoOaNZNXo/FXC2YFurMi8YUFuFYAb';

/** What `https.createServer` needs to serve with that certificate. */
export const TLS = {
  cert: CERTIFICATE,
  key: createPrivateKey({ key: Buffer.from(KEY, 'base64'), format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  }),
};
