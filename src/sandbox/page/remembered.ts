import { useState } from 'preact/hooks';

/** A value that the browser keeps between visits. What it kept in another shape is forgotten. */
export function useRemembered<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => boolean,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const kept = read(key);
    return isValid(kept) ? (kept as T) : initial;
  });
  return [
    value,
    (next) => {
      localStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
  ];
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}
