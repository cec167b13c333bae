const STORED = 'traffic.initSecret';

/** Moves the installation secret from the address's fragment (`#init=…`) into sessionStorage. */
export function keepInitSecret() {
  const secret = new URLSearchParams(location.hash.slice(1)).get('init');
  if (!secret) return;
  sessionStorage.setItem(STORED, secret);
  history.replaceState(null, '', location.pathname + location.search);
}

/** The secret from the link, or an empty string. */
export const initSecret = () => sessionStorage.getItem(STORED) ?? '';

export const forgetInitSecret = () => sessionStorage.removeItem(STORED);
