import { createContext } from 'preact';
import type { View } from '../../playground/protocol.ts';

/** What mentions in a message stand for. */
export const NamesContext = createContext<View['names']>({ users: {}, channels: {}, roles: {} });
