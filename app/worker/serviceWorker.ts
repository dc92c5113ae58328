// The service worker: the page and all of its parts from the device, also without a network. A new version waits until
// the person agrees (`take-over`), so that no reload comes under a half-written message.
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

/** The part of a service worker's global scope that is used here; the types of the page know nothing of it. */
interface ServiceWorkerScope {
  /** Put in by the build: every file of the app, with the hash of what is in it. */
  readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[];
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(
    type: 'activate',
    listener: (event: Event & { waitUntil(work: Promise<void>): void }) => void,
  ): void;
}
declare const self: ServiceWorkerScope;

precacheAndRoute([...self.__WB_MANIFEST]);
cleanupOutdatedCaches();
// Every address of the app is the one page; what the relay itself answers goes through.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    denylist: [/^\/api\//, /^\/sync$/, /^\/healthz$/],
  }),
);

// The first visit is served from here as well, once everything is on the device.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});
// A page is about to read from the device's storage: a large one takes a while to open, and may as well begin now.
void indexedDB.databases();
