/** Addresses that look like kim@example.com, or become it when somebody folds or normalizes them. */
export const LOOK_ALIKES = [
  '\u212Aim@example.com', // Kelvin sign: toLowerCase makes it k
  '\uFF2Bim@example.com', // full-width K: NFKC makes it K
  '\uFF4Bim@example.com', // full-width k
  '\u{1D424}im@example.com', // mathematical bold k
  '\u043Aim@example.com', // Cyrillic ka
  '\u03BAim@example.com', // Greek kappa
  'k\u0130m@example.com', // I with dot: toLowerCase makes it i and a combining dot
  'k\u0131m@example.com', // dotless i
  'k\u0456m@example.com', // Ukrainian i
  'kim@ex\u0430mple.com', // Cyrillic a in the domain
  'kim@example\uFF0Ecom', // full-width full stop
  'kim@example\u3002com', // ideographic full stop, which IDNA takes for a dot
  'kim\uFF20example.com', // full-width at sign
  'kim\u200B@example.com', // zero width space
  'kim\u200D@example.com', // zero width joiner
  'kim\u00AD@example.com', // soft hyphen
  'kim\u202E@example.com', // right-to-left override
  'ki\u0301m@example.com', // combining acute accent
  '\uFEFFkim@example.com', // byte order mark, which trim removes
  '\u00A0kim@example.com', // no-break space, which trim removes
];
