// Stands in for `app/crypto/ed25519Platform.ts` in the test build of a browser that lacks Ed25519.
import * as real from '../../crypto/ed25519Platform.ts';

export const { isUnsupported } = real;

const refuse = () => Promise.reject(new DOMException('no Ed25519 here', 'NotSupportedError'));

export const generatePlatformKey: typeof real.generatePlatformKey = refuse;
export const importPlatformSeed: typeof real.importPlatformSeed = refuse;
export const signByPlatform: typeof real.signByPlatform = refuse;
export const verifyByPlatform: typeof real.verifyByPlatform = refuse;
