// The service worker: the pages that hold no answers are there without a network as well. Nothing that was sent is kept.

const worker = self as unknown as {
  addEventListener(type: string, listener: (event: any) => void): void;
  skipWaiting(): void;
  clients: { claim(): Promise<void> };
};
const CACHE = "page-1";

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const request: Request = event.request;
  const { origin, pathname } = new URL(request.url);
  const isPage = /^\/(c\/[^/]+(\/form)?|page\/[^/]+)$/.test(pathname);
  const isForm = /^\/v1\/(campaigns\/[^/]+|forms\/[^/]+(\/versions\/\d+)?)$/.test(pathname);
  if (request.method !== "GET" || origin !== location.origin || !(isPage || isForm)) return;
  event.respondWith(newest(request));
});

/** From the network, and without one as it was the last time. */
async function newest(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const reply = await fetch(request);
    if (reply.ok) await cache.put(request, reply.clone());
    return reply;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
