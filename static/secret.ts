const STORED = 'traffic.initSecret';

/** Takes the installation's secret out of a link's fragment (`#init=…`) and out of the address bar. */
export function keepInitSecret() {
  const secret = new URLSearchParams(location.hash.slice(1)).get('init');
  if (!secret) return;
  sessionStorage.setItem(STORED, secret);
  history.replaceState(null, '', location.pathname + location.search);
}

/** The secret from the link, or nothing. */
export const initSecret = () => sessionStorage.getItem(STORED) ?? '';

export const forgetInitSecret = () => sessionStorage.removeItem(STORED);
