// The service worker: the pages that hold no answers are there without a network as well. Nothing that was sent is kept.

const worker = self as unknown as {
  addEventListener(type: string, listener: (event: any) => void): void;
  skipWaiting(): void;
  clients: { claim(): Promise<void> };
};
const CACHE = "page-2";
/** What may stand in the address of a page that is kept. Anything else may be about a person, and may stand in the page as well. */
const KNOWN = ["language", "version"];

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(Promise.all([worker.clients.claim(), clear()])));
worker.addEventListener("fetch", (event) => {
  const request: Request = event.request;
  const { origin, pathname } = new URL(request.url);
  const isPage = /^\/(c\/[^/]+(\/form)?|page\/[^/]+)$/.test(pathname);
  const isForm = /^\/v1\/(campaigns\/[^/]+|forms\/[^/]+(\/versions\/\d+)?)$/.test(pathname);
  if (request.method !== "GET" || origin !== location.origin || !(isPage || isForm)) return;
  event.respondWith(newest(request));
});

/** Deletes what earlier workers kept. */
async function clear(): Promise<void> {
  const names = await caches.keys().catch(() => []);
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/** The address under which a page is kept, and whether it is the whole address. */
function placeOf(request: Request): { place: string; isWhole: boolean } {
  const url = new URL(request.url);
  // Files are named by their content.
  if (url.pathname.startsWith("/page/")) return { place: url.href, isWhole: true };
  const asked = [...url.searchParams];
  const known = asked.filter(([name]) => KNOWN.includes(name));
  url.search = String(new URLSearchParams(known));
  return { place: url.href, isWhole: known.length === asked.length };
}

/** From the network, and without one as it was the last time. */
async function newest(request: Request): Promise<Response> {
  const { place, isWhole } = placeOf(request);
  let reply: Response;
  try {
    reply = await fetch(request);
  } catch (error) {
    const kept = await find(place);
    if (kept) return kept;
    throw error;
  }
  if (reply.ok && isWhole) await keep(place, reply.clone());
  return reply;
}

/** Where nothing can be kept, since the disk is full or the browser forbids it, the network has answered all the same. */
async function keep(place: string, reply: Response): Promise<void> {
  try {
    const cache = await caches.open(CACHE);
    await cache.put(place, reply);
  } catch {
    // The page is there; the next time without a network, it is not.
  }
}

async function find(place: string): Promise<Response | undefined> {
  try {
    const cache = await caches.open(CACHE);
    return await cache.match(place, { ignoreVary: true });
  } catch {
    return undefined;
  }
}
