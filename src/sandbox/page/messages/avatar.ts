const COLOURS = ['#5865f2', '#2d7d46', '#a12d2f', '#8a5a00', '#7b3fa0', '#0b7285', '#5c5f66'];

/** A round picture with the first letter of a name, as an address that needs no request. */
export function avatarOf(name: string): string {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '?';
  const sum = [...name].reduce((total, each) => (total * 9 + (each.codePointAt(0) ?? 0)) % 9973, 0);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="20" fill="${COLOURS[sum % COLOURS.length]}"/><text x="20" y="27" font-family="sans-serif" font-size="19" text-anchor="middle" fill="#fff">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
