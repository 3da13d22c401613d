import type { Store } from '../../../shared/store/store.js';

const later = (): Promise<never> => Promise.reject(new Error('comes with the store'));
export const switchRoom = (_store: Store, _room: string, _off: boolean): Promise<void> => later();
export const takeRoom = (_store: Store, _room: string): Promise<string> => later();
export const clearRoom = (_store: Store, _room: string): Promise<void> => later();
