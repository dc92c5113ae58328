// How the page, its workers and the service worker are built. The app's sources lie in app/, what is copied as it is
// in public/, and the result in dist/, which the relay (or any other web server) hands out.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { manifest } from './app/worker/manifest.ts';

const starter = 'startedWorker';
/**
 * The worker has the longest way to the first screen: what starts it is a small script of its own, which runs before the
 * page's own code has been fetched and read.
 */
const startWorkerFirst: Plugin = {
  name: 'start-worker-first',
  transformIndexHtml(_, { bundle = {} }) {
    const chunk = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === starter);
    if (!chunk) return [];
    const attrs = { type: 'module', crossorigin: true, src: `/${chunk.fileName}` };
    return [{ tag: 'script', attrs, injectTo: 'head-prepend' }];
  },
};

export default defineConfig({
  root: 'app',
  publicDir: '../public',
  cacheDir: '../node_modules/.vite',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    sourcemap: true,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: starter, test: new RegExp(`/${starter}\\.ts`) }] } },
    },
  },
  worker: { format: 'es' },
  plugins: [
    react(),
    tailwindcss(),
    startWorkerFirst,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'worker',
      filename: 'serviceWorker.ts',
      // The page registers the worker itself and asks before it updates: a reload must never take a half-written message.
      injectRegister: false,
      registerType: 'prompt',
      manifest,
      includeManifestIcons: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,woff2}', 'favicon.svg', 'icons/icon-192.png'],
        // Everything precached is downloaded at the first visit; the budget for all of it is 1.5 MB.
        maximumFileSizeToCacheInBytes: 1_500_000,
      },
    }),
  ],
});
